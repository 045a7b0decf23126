"""Proof that every text is accounted for: in exactly one logged message per record, or where it waits, and till when.

Texting's own tables say where each text should be; the host's log says which texts its messages hold. What does not
agree is a finding, and most findings can be mended by closing and logging now. Nothing logged is ever rewritten.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from texting import conf, conversations
from texting.models import AccountTaken, Conversation, Text, TextingSettings
from texting.sql import run
from texting.vocabulary import TextStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from texting.seam import RecordKey

logger = logging.getLogger(__name__)

BLOCK = 500
# How long after its due time a conversation may still be on its way into the log.
GRACE = timedelta(minutes=15)
# A week of conversations is compared with the log every hour.
REGULARLY = timedelta(days=7)


class Place(models.TextChoices):
    """Where a text is."""

    LOGGED = "logged", _("In a logged message")
    OPEN = "open", _("In a running conversation")
    UNMATCHED = "unmatched", _("In a conversation of nobody we know")
    DISMISSED = "dismissed", _("Dismissed with a note")
    VANISHED = "vanished", _("Of a record that is gone")
    WAITING = "waiting", _("Not sent yet")
    NEVER_LEFT = "never_left", _("Stopped before it left")
    NOWHERE = "nowhere", _("Not accounted for")


class Amiss(models.TextChoices):
    """What can be wrong."""

    STRAY = "stray", _("A text is in no conversation")
    OVERDUE = "overdue", _("A conversation’s time has come, and it is not logged")
    UNLOGGED = "unlogged", _("A closed conversation is not logged on this record")
    MISSING = "missing", _("The log has no message of this conversation on this record")
    INCOMPLETE = "incomplete", _("The logged message lacks texts of its conversation")
    FOREIGN = "foreign", _("The logged message holds texts of another conversation")


@dataclass(frozen=True)
class Finding:
    """Something that does not agree. `conversation_id` is None for a stray text; `record` is None for all records."""

    amiss: Amiss
    conversation_id: int | None = None
    record: RecordKey | None = None
    text_ids: tuple[int, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Part:
    """What does not agree in as much as was compared. `after` is the conversation to go on after, None at the end."""

    findings: list[Finding]
    after: int | None


def count_places(within: timedelta) -> dict[Place, int]:
    """How many texts that came into being in that time are where; all places, zeros included. One query."""
    counted: dict[str, int] = dict(run(_PLACES, {"within": within}))
    return {place: counted.get(place.value, 0) for place in Place}


_PLACES = """
SELECT CASE
        WHEN t.status IN ('queued', 'sending', 'scheduled') AND t.conversation_id IS NULL THEN 'waiting'
        WHEN t.status IN ('blocked', 'canceled', 'expired') AND t.conversation_id IS NULL THEN 'never_left'
        WHEN t.conversation_id IS NULL THEN 'nowhere'
        WHEN c.closed_at IS NULL THEN 'open'
        WHEN c.dismissed_at IS NOT NULL THEN 'dismissed'
        WHEN c.logged_at IS NOT NULL THEN 'logged'
        WHEN r.record_count IS NULL THEN 'unmatched'
        WHEN r.vanished_count = r.record_count THEN 'vanished'
        ELSE 'nowhere'
    END AS place, count(*)
FROM texting_text t
LEFT JOIN texting_conversation c ON c.id = t.conversation_id
LEFT JOIN LATERAL (
    SELECT count(*) AS record_count, count(vanished_at) AS vanished_count
    FROM texting_conversationrecord r WHERE r.conversation_id = c.id GROUP BY r.conversation_id
) r ON c.closed_at IS NOT NULL
WHERE t.created_at > now() - %(within)s
GROUP BY 1
"""


def findings(within: timedelta) -> Iterator[Finding]:
    """What does not agree among the texts and conversations of that time, in blocks, whatever their number."""
    yield from _not_closed(within)
    last_id = 0
    while block := _closed_after(last_id, within):
        yield from _compare_with_log(block)
        last_id = block[-1]


def note_count(finding_count: int) -> None:
    """Keep how many there were when the account was taken last, for texting.alerts."""
    AccountTaken.objects.update_or_create(pk=1, defaults={"finding_count": finding_count, "taken_at": Now()})


def find_part(within: timedelta, *, after: int, at_most: int, seconds: float) -> Part:
    """The same, but no longer than a request may take, and beginning after a conversation; 0 is the beginning."""
    until = time.monotonic() + seconds
    found = [] if after else list(_not_closed(within))
    while block := _closed_after(after, within):
        found += _compare_with_log(block)
        after = block[-1]
        if time.monotonic() > until or len(found) > at_most:
            return Part(found, after)
    return Part(found, None)


def _not_closed(within: timedelta) -> Iterator[Finding]:
    for (text_id,) in run(_STRAYS, {"within": within}):
        yield Finding(Amiss.STRAY, text_ids=(text_id,))
    facts = {"within": within, "window": TextingSettings.current().idle_window, "grace": GRACE}
    for conversation_id, failure in run(_OVERDUE, facts):
        yield Finding(Amiss.OVERDUE, conversation_id, words=failure)


_STRAYS = """
SELECT id FROM texting_text
WHERE conversation_id IS NULL
  AND status NOT IN ('queued', 'sending', 'scheduled', 'blocked', 'canceled', 'expired')
  AND created_at > now() - %(within)s
ORDER BY id
"""
_OVERDUE = """
SELECT c.id, c.failure FROM texting_conversation c
WHERE c.closed_at IS NULL AND c.last_text_at < now() - %(window)s - %(grace)s AND c.last_text_at > now() - %(within)s
ORDER BY c.id
"""


def _closed_after(last_id: int, within: timedelta) -> list[int]:
    """The next block of closed conversations."""
    rows = run(
        """
        SELECT c.id FROM texting_conversation c
        WHERE c.id > %s AND c.closed_at > now() - %s AND c.dismissed_at IS NULL
          AND EXISTS (SELECT FROM texting_conversationrecord r WHERE r.conversation_id = c.id)
        ORDER BY c.id LIMIT %s
        """,
        [last_id, within, BLOCK],
    )
    return [row[0] for row in rows]


def _compare_with_log(conversation_ids: list[int]) -> Iterator[Finding]:
    """Two queries of ours and one of the host's for a block of closed conversations."""
    expected: defaultdict[int, set[int]] = defaultdict(set)
    for text_id, conversation_id in Text.objects.filter(conversation__in=conversation_ids).values_list(
        "pk", "conversation_id"
    ):
        expected[conversation_id or 0].add(text_id)
    logged = conf.log_reader()(conversation_ids)
    conversations_found = Conversation.objects.filter(pk__in=conversation_ids).prefetch_related("records")
    for conversation in conversations_found.order_by("pk"):
        for record in conversation.records.all():
            if record.vanished_at:
                continue
            held = logged.get((conversation.pk, record.key))
            if record.logged_at is None:
                yield Finding(Amiss.UNLOGGED, conversation.pk, record.key, words=conversation.failure)
            elif held is None:
                yield Finding(Amiss.MISSING, conversation.pk, record.key, words=conversation.failure)
            else:
                yield from _compare_texts(conversation.pk, record.key, expected[conversation.pk], set(held))


def _compare_texts(conversation_id: int, record: RecordKey, expected: set[int], held: set[int]) -> Iterator[Finding]:
    if expected - held:
        yield Finding(Amiss.INCOMPLETE, conversation_id, record, tuple(sorted(expected - held)))
    if held - expected:
        yield Finding(Amiss.FOREIGN, conversation_id, record, tuple(sorted(held - expected)))


def mend(found: Collection[Finding]) -> list[Finding]:
    """Close and log now what can be; return the findings seen to. What the log refuses is kept with its conversation.

    A text that its message lacks goes on in a conversation of its own, that follows the first.
    """
    strays = {text_id for finding in found if finding.amiss in LEFT_OUT for text_id in finding.text_ids}
    with transaction.atomic():
        given = _give_conversations(strays)
    to_log = {f.conversation_id for f in found if f.amiss in TO_LOG and f.conversation_id}
    logged = {conversation_id for conversation_id in sorted(to_log) if _log_apart(conversation_id)}
    return [
        finding
        for finding in found
        if (finding.amiss in LEFT_OUT and given.issuperset(finding.text_ids))
        or (finding.amiss in TO_LOG and finding.conversation_id in logged)
    ]


LEFT_OUT = (Amiss.STRAY, Amiss.INCOMPLETE)
TO_LOG = (Amiss.OVERDUE, Amiss.UNLOGGED, Amiss.MISSING)


def _give_conversations(text_ids: Collection[int]) -> set[int]:
    """Put texts that stand in no message into the open conversation of their line and number; return which."""
    texts = list(Text.objects.filter(pk__in=text_ids).exclude(status=TextStatus.SENDING).order_by("pk"))
    held = conversations.hold_open((text.line_id, text.number) for text in texts)
    for text in texts:
        conversation_id = held[text.line_id, text.number]
        _copy_records(text.conversation_id, conversation_id)
        conversations.refer_back(conversation_id)
        Text.objects.filter(pk=text.pk).update(conversation_id=conversation_id)
    given = {text.pk: held[text.line_id, text.number] for text in texts}
    conversations.add_recipients(given)
    return set(given)


def _copy_records(source: int | None, target: int) -> None:
    run(
        """
        INSERT INTO texting_conversationrecord (conversation_id, record_type, record_id, name)
        SELECT %s, record_type, record_id, name FROM texting_conversationrecord WHERE conversation_id = %s
        ON CONFLICT DO NOTHING
        """,
        [target, source],
    )


def _log_apart(conversation_id: int) -> bool:
    try:
        with transaction.atomic():
            return conversations.log_now(conversation_id)
    except conversations.LogFailed as error:
        logger.warning("conversation %s could not be logged: %s", conversation_id, error.failures)
        failure = " ".join(error.failures.values())[:300]
        Conversation.objects.filter(pk=conversation_id).update(failure=failure)
        return False
