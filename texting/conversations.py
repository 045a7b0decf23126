"""Conversations: attach a text; close what is idle and hand it to the log."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from texting import conf
from texting.errors import TextingError
from texting.logged import closed_conversations
from texting.models import Conversation, ConversationRecord, Text, TextingSettings
from texting.sql import run, run_values
from texting.vocabulary import TextStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from texting.seam import ClosedConversation, LogResult, RecordKey

logger = logging.getLogger(__name__)

BLOCK = 500
FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=1)
# A text that comes within a week of the last one goes on with it; after that it is a new matter.
FOLLOW_UP_SPAN = timedelta(days=7)


class LogFailed(TextingError):
    """The log did not take conversations; `failures` says in words why, by their ids.

    It rolls a block back, so that a conversation is logged on all of its records or on none.
    """

    def __init__(self, failures: dict[int, str]) -> None:
        super().__init__(f"{len(failures)} conversations")
        self.failures = failures


def hold_open(places: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Lock the open conversation of each (line id, number), creating what is missing; return their ids.

    Their idle windows start again. In id-like order, so that two callers cannot wait for each other. A conversation
    that is being closed meanwhile is waited for, and a new one opened.
    """
    ordered = sorted(set(places))
    if not ordered:
        return {}
    rows = run_values(_HOLD_OPEN, ordered)
    return {(line_id, number): conversation_id for conversation_id, line_id, number in rows}


# The conflicting row is locked before it is updated; if it was closed while we waited, PostgreSQL starts the insert
# again: this is the "insert or lock, in a loop, until an open row is held".
_HOLD_OPEN = """
INSERT INTO texting_conversation AS c
    (line_id, number, opened_at, last_text_at, failure_count, failure, dismissal_note)
SELECT v.line_id, v.number, now(), now(), 0, '', '' FROM (VALUES %s) AS v (line_id, number)
ON CONFLICT (line_id, number) WHERE closed_at IS NULL
DO UPDATE SET last_text_at = greatest(c.last_text_at, now())
RETURNING c.id, c.line_id, c.number
"""


def refer_back(conversation_id: int) -> None:
    """Let a conversation that this transaction has opened follow the one that closed shortly before, if there is one.

    For late texts only: those received, or written in the provider's app. A new Send Text begins something new.
    """
    run(_REFER_BACK, {"id": conversation_id, "span": FOLLOW_UP_SPAN})


# now() is the time of the transaction, so what it has opened was opened now().
_REFER_BACK = """
UPDATE texting_conversation c SET follows_id = (
    SELECT before.id FROM texting_conversation before
    WHERE before.line_id = c.line_id AND before.number = c.number AND before.id < c.id
      AND before.last_text_at >= now() - %(span)s
    ORDER BY before.id DESC LIMIT 1
)
WHERE c.id = %(id)s AND c.opened_at = now() AND c.follows_id IS NULL
"""


def join_left_texts(claims: Sequence[tuple[int, UUID]]) -> dict[int, int]:
    """Hold a conversation for each claimed text that is in none, with its recipients as records; text id -> its id."""
    if not claims:
        return {}
    attempts = dict(claims)
    waiting = [
        text
        for text in Text.objects.filter(
            pk__in=attempts,
            conversation__isnull=True,
            status__in=[TextStatus.SENDING, TextStatus.UNCONFIRMED],
        ).only("line_id", "number", "attempt")
        if text.attempt == attempts[text.pk]
    ]
    held = hold_open((text.line_id, text.number) for text in waiting)
    conversation_ids = {text.pk: held[text.line_id, text.number] for text in waiting}
    add_recipients(conversation_ids)
    return conversation_ids


def add_recipients(conversation_ids: dict[int, int]) -> None:
    """Say whom conversations are with by the recipients of their texts: text id -> conversation id."""
    if not conversation_ids:
        return
    run_values(_ADD_RECIPIENTS, list(conversation_ids.items()))


_ADD_RECIPIENTS = """
INSERT INTO texting_conversationrecord (conversation_id, record_type, record_id, name)
SELECT DISTINCT ON (v.conversation_id, r.record_type, r.record_id)
    v.conversation_id, r.record_type, r.record_id, r.name
FROM (VALUES %s) AS v (text_id, conversation_id)
JOIN texting_recipient r ON r.text_id = v.text_id
ON CONFLICT DO NOTHING
"""


def add_records(conversation_id: int, records: Iterable[tuple[RecordKey, str]]) -> None:
    """Say whom a conversation is with: (key, name) each."""
    ConversationRecord.objects.bulk_create(
        [
            ConversationRecord(
                conversation_id=conversation_id, record_type=key.record_type, record_id=key.record_id, name=name
            )
            for key, name in records
        ],
        ignore_conflicts=True,
    )


def close_due() -> int:
    """Close and log every conversation that has been silent for longer than the idle window; return how many.

    Safe to run several times at once. A conversation whose log entry fails stays open, is tried again later and does
    not hold up the others.
    """
    closed_count = 0
    while True:
        with transaction.atomic():
            due = _take_due()
            if not due:
                return closed_count
            closed_count += _close(due)


def log_unlogged(conversation: Conversation) -> None:
    """Log a conversation that closed while nobody knew whose it was; the caller has locked it. Raises LogFailed."""
    _complete_records([conversation.pk])
    _log_and_close([Conversation.objects.select_related("line").get(pk=conversation.pk)])


def log_now(conversation_id: int) -> bool:
    """Log a conversation without waiting any longer, and close it; again, when it was logged before.

    False when a text of it is being sent or a file is on its way. In the caller's transaction. Raises LogFailed.
    """
    rows = run(_LOCK_QUIET, [conversation_id])
    if not rows:
        return False
    log_unlogged(Conversation.objects.get(pk=conversation_id))
    return True


def _take_due() -> list[Conversation]:
    settings = TextingSettings.current()
    ids = [row[0] for row in run(_DUE, {"window": settings.idle_window, "block": BLOCK})]
    _complete_records(ids)
    conversations = Conversation.objects.filter(pk__in=ids).select_related("line").order_by("pk")
    return list(conversations.prefetch_related("records"))


def _complete_records(conversation_ids: list[int]) -> None:
    """Add whom a worker made a recipient of a text while that text joined its conversation."""
    texts = Text.objects.filter(conversation__in=conversation_ids, batch__isnull=False)
    add_recipients(dict(texts.values_list("pk", "conversation_id")))


# Of a conversation `c` nothing is on its way.
_QUIET = """
NOT EXISTS (SELECT FROM texting_text t WHERE t.line_id = c.line_id AND t.number = c.number AND t.status = 'sending')
AND NOT EXISTS (SELECT FROM texting_text t WHERE t.conversation_id = c.id AND t.attachments_pending)
"""
_LOCK_QUIET = f"SELECT c.id FROM texting_conversation c WHERE c.id = %s AND {_QUIET} FOR UPDATE"  # noqa: S608 - our own words
_DUE = f"""
SELECT c.id FROM texting_conversation c
WHERE c.closed_at IS NULL
  AND c.last_text_at < now() - %(window)s
  AND (c.next_try_at IS NULL OR c.next_try_at <= now())
  AND {_QUIET}
ORDER BY c.last_text_at
LIMIT %(block)s
FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - our own words


def _close(due: list[Conversation]) -> int:
    """Log and close the locked conversations `due`; those whose message fails are put back, the rest go on."""
    failed: dict[int, str] = {}
    while True:
        going_on = [conversation for conversation in due if conversation.pk not in failed]
        try:
            with transaction.atomic():
                _log_and_close(going_on)
        except LogFailed as error:
            failed.update(error.failures)
            continue
        _put_back(failed)
        return len(going_on)


def _log_and_close(conversations: list[Conversation]) -> None:
    with_records = [conversation for conversation in conversations if conversation.records.all()]
    results = _log(with_records)
    failures = {r.conversation_id: r.failure or _("The log did not take it.") for r in results if not _is_settled(r)}
    if failures:
        raise LogFailed(failures)
    logged = {(r.conversation_id, r.record) for r in results if r.logged}
    vanished = {(r.conversation_id, r.record) for r in results if r.vanished}
    _mark_records(with_records, logged, "logged_at")
    _mark_records(with_records, vanished, "vanished_at")
    close([conversation.pk for conversation in conversations], logged_ids={pk for pk, _ in logged})


def close(conversation_ids: list[int], *, logged_ids: Collection[int] = ()) -> None:
    """End conversations; the next text with their numbers opens new ones."""
    run(
        """
        UPDATE texting_conversation SET
            closed_at = coalesce(closed_at, now()), next_try_at = NULL, failure = '',
            logged_at = CASE WHEN id = ANY(%s) THEN now() END,
            words = coalesce((
                SELECT upper(string_agg(t.body, E'\\n' ORDER BY t.id)) FROM texting_text t
                WHERE t.conversation_id = texting_conversation.id
            ), '')
        WHERE id = ANY(%s)
        """,
        [list(logged_ids), conversation_ids],
    )


def _is_settled(result: LogResult) -> bool:
    return result.logged or result.vanished


def _log(conversations: list[Conversation]) -> list[LogResult]:
    closed = [conversation for conversation in closed_conversations(conversations) if conversation.texts]
    if not closed:
        return []
    sink = conf.log_sink()
    try:
        with transaction.atomic():
            return sink(closed)
    except Exception as error:
        # The sink is the host's: whatever it raises, one conversation must not hold up the others.
        logger.exception("the log sink failed for %d conversations", len(closed))
        if len(closed) == 1:
            raise LogFailed({closed[0].conversation_id: _broken()}) from error
    return _log_one_by_one(closed)


def _broken() -> str:
    return _("There was an error on our side. Tell your administrator.")


def _log_one_by_one(conversations: list[ClosedConversation]) -> list[LogResult]:
    """Find out which ones the log cannot take; raise once for all of them."""
    results: list[LogResult] = []
    failures: dict[int, str] = {}
    sink = conf.log_sink()
    for conversation in conversations:
        try:
            with transaction.atomic():
                results += sink([conversation])
        except Exception:
            logger.exception("the log sink failed for conversation %s", conversation.conversation_id)
            failures[conversation.conversation_id] = _broken()
    if failures:
        raise LogFailed(failures)
    return results


def _mark_records(conversations: list[Conversation], wanted: set[tuple[int, RecordKey]], field: str) -> None:
    ids = [
        record.pk
        for conversation in conversations
        for record in conversation.records.all()
        if (conversation.pk, record.key) in wanted
    ]
    run(
        f"UPDATE texting_conversationrecord SET {field} = now() WHERE id = ANY(%s)",  # noqa: S608 - our own names
        [ids],
    )


def _put_back(failed: dict[int, str]) -> None:
    for conversation_id, failure in failed.items():
        run(
            """
            UPDATE texting_conversation SET
                failure = %s, failure_count = failure_count + 1,
                next_try_at = now() + least(%s * power(2, least(failure_count, 10)), %s)
            WHERE id = %s
            """,
            [failure[:300], FIRST_BACKOFF, LONGEST_BACKOFF, conversation_id],
        )
