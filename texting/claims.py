"""The queue of texts in SQL: claim what is due, record what came of it. Each a statement or two, for 1 text or 64.

Lock order, here as everywhere: line, conversation, text. The claim skips locked lines, so it waits for no line.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from texting import breakers, compliance, conf, conversations
from texting.models import Text
from texting.sql import run, run_values
from texting.vocabulary import Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

logger = logging.getLogger(__name__)

FIRST_BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=15)
# A provider may ask us to wait for as long: what comes later than that is worth asking again.
LONGEST_ASKED = timedelta(hours=4)
# When to look at the provider for a text that may have left: after each of these since the last look.
LOOKS = (timedelta(seconds=15), timedelta(seconds=45), timedelta(minutes=4), timedelta(minutes=25))
# How often a line's held time is added to, and how long nobody may have done that for it still to count.
HELD_EVERY = timedelta(seconds=4)
LONGEST_UNNOTED = timedelta(minutes=1)
# Of five slots of a line, replies may take four in a row while bulk waits.
REPLIES_PER_BULK = 4


# Outcomes by which the provider showed that it is there.
ANSWERED = (TextStatus.SENT, TextStatus.FAILED)
# Outcomes of texts that never were part of a conversation.
NOT_LEFT = (TextStatus.QUEUED, TextStatus.BLOCKED)


@dataclass(frozen=True)
class Claim:
    """A text that is ours to send until its lease ends."""

    text_id: int
    attempt: UUID
    attempt_count: int
    number: str
    body: str = field(repr=False)
    line_id: int
    session_version: int


@dataclass(frozen=True)
class Outcome:
    """What came of a claim. `status` is sent, failed, unconfirmed; queued or blocked if it certainly did not leave.

    `troubled_line_id` is set when the provider did not do its part, `line_wait` when it asked us to wait.
    """

    text_id: int
    attempt: UUID
    status: TextStatus
    reason: Reason | None = None
    provider_code: str = ""
    provider_id: str | None = None
    wait: timedelta = timedelta(0)
    troubled_line_id: int | None = None
    line_wait: timedelta = timedelta(0)

    @property
    def is_bare_refusal(self) -> bool:
        """Refused for nothing that the number or the body is known to be to blame for."""
        return self.status == TextStatus.FAILED and self.reason == Reason.REFUSED

    @property
    def is_about_line(self) -> bool:
        """Whether a refusal may concern the texts that come after it."""
        return self.is_bare_refusal or (self.status == TextStatus.FAILED and self.reason == Reason.SPAM)


def backoff(attempt_count: int, *, at_least: timedelta | None = None) -> timedelta:
    """Exponential with full jitter, so that texts that failed together do not come back together."""
    longest = min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(attempt_count, 10)))
    wait: timedelta = longest * random.random()  # noqa: S311 - spreads load, guards nothing
    return max(wait, at_least or timedelta(0))


def record(outcomes: Sequence[Outcome]) -> int:
    """Write outcomes by compare-and-set on id and attempt; return how many still applied.

    In the caller's transaction. A provider id that another text of the line holds proves nothing about this one: it is
    unconfirmed. What a refusal says of the number is remembered.
    """
    if not outcomes:
        return 0
    _note_contact(outcomes)
    return _write_apart(outcomes)


def _write_apart(outcomes: Sequence[Outcome]) -> int:
    """All at once; if one cannot be written, each by itself."""
    try:
        with transaction.atomic():
            written = _write(outcomes)
    except IntegrityError:
        if len(outcomes) > 1:
            return sum(_write_apart([outcome]) for outcome in sorted(outcomes, key=lambda outcome: outcome.text_id))
        logger.exception("text %s: its provider id is another text's", outcomes[0].text_id)
        unclear = replace(outcomes[0], status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER, provider_id=None)
        return _write([unclear])
    _remember_refusals([outcome.text_id for outcome in outcomes if outcome.status == TextStatus.FAILED])
    return written


def _write(outcomes: Sequence[Outcome]) -> int:
    conversation_ids = conversations.join_left_texts(
        [(o.text_id, o.attempt) for o in outcomes if o.status not in NOT_LEFT]
    )
    rows = [
        (
            o.text_id,
            str(o.attempt),
            o.status.value,
            o.reason.value if o.reason else "",
            o.provider_code,
            o.provider_id,
            o.wait,
            conversation_ids.get(o.text_id),
        )
        for o in sorted(outcomes, key=lambda outcome: outcome.text_id)
    ]
    return len(run_values(_RECORD, rows))


_RECORD = f"""
UPDATE texting_text AS t SET
    status = v.status,
    reason = v.reason,
    provider_code = v.provider_code,
    provider_id = coalesce(v.provider_id, t.provider_id),
    conversation_id = coalesce(t.conversation_id, v.conversation_id::bigint),
    sending_until = NULL,
    due_at = CASE WHEN v.status = 'queued' THEN now() + v.wait ELSE t.due_at END,
    left_at = CASE WHEN v.status IN ('sent', 'unconfirmed') THEN coalesce(t.left_at, now()) END,
    arrived_at = CASE WHEN v.status NOT IN ('queued', 'blocked') THEN coalesce(t.arrived_at, now()) END,
    next_look_at = CASE WHEN v.status = 'unconfirmed' THEN now() + interval '{LOOKS[0].total_seconds()} s' END,
    status_at = now()
FROM (VALUES %s) AS v (id, attempt, status, reason, provider_code, provider_id, wait, conversation_id)
WHERE t.id = v.id
  AND t.attempt = v.attempt::uuid
  AND (t.status = 'sending' OR (t.status = 'unconfirmed' AND v.status IN ('sent', 'failed')))
RETURNING t.id
"""  # noqa: S608 - the only value put in is a constant above


def _remember_refusals(text_ids: list[int]) -> None:
    for text in Text.objects.filter(pk__in=text_ids, status=TextStatus.FAILED).order_by("number"):
        compliance.remember_refusal(text, text.reason)


def _note_contact(outcomes: Sequence[Outcome]) -> None:
    """Keep when a line's provider last answered, how often in a row it did not since, and how long it asked us to wait.

    And how many texts it refused since it took one, for no reason of theirs. What changes a count waits for a line that
    another holds; that a text was taken as usual does not, and is not noted on such a line.
    """
    rows = [
        (
            o.text_id,
            o.status in ANSWERED,
            o.troubled_line_id is not None,
            o.line_wait,
            o.status == TextStatus.SENT,
            o.is_bare_refusal,
        )
        for o in outcomes
    ]
    said = run_values(_SAID, rows)
    if counted := [line_id for line_id, *_, is_counted in said if is_counted]:
        run("SELECT id FROM texting_line WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [counted])
    if said:
        run_values(_NOTE, said)


# What was said of each line, and whether that changes a count.
_SAID = """
SELECT s.*, s.failure_count + s.refusal_count > 0
    OR (s.is_answered AND l.failures_in_a_row + l.refusals_in_a_row > 0)
FROM (
    SELECT t.line_id, bool_or(v.is_answered) AS is_answered,
           count(*) FILTER (WHERE v.is_failure) AS failure_count, max(v.wait) AS wait,
           bool_or(v.is_sent) AS is_sent, count(*) FILTER (WHERE v.is_refusal) AS refusal_count
    FROM (VALUES %s) AS v (id, is_answered, is_failure, wait, is_sent, is_refusal)
    JOIN texting_text t ON t.id = v.id
    WHERE v.is_answered OR v.is_failure
    GROUP BY t.line_id
) s JOIN texting_line l ON l.id = s.line_id
"""
_NOTE = """
WITH s (line_id, is_answered, failure_count, wait, is_sent, refusal_count, is_counted) AS (VALUES %s)
UPDATE texting_line l SET
    last_contact_at = CASE WHEN s.is_answered THEN now() ELSE l.last_contact_at END,
    failures_in_a_row = CASE WHEN s.is_answered THEN 0 ELSE l.failures_in_a_row + s.failure_count END,
    refusals_in_a_row = CASE WHEN s.is_sent THEN 0 ELSE l.refusals_in_a_row + s.refusal_count END,
    next_free_at = greatest(l.next_free_at, now() + s.wait)
FROM s WHERE l.id = s.line_id AND l.id IN (
    SELECT id FROM texting_line WHERE id IN (SELECT line_id FROM s)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
"""


def overdue() -> list[Outcome]:
    """The claims whose lease is over, as unconfirmed: whoever held them may have sent them."""
    rows = run(
        """
        SELECT id, attempt FROM texting_text
        WHERE status = 'sending' AND sending_until < now() ORDER BY sending_until LIMIT 500
        """
    )
    return [
        Outcome(text_id, attempt, TextStatus.UNCONFIRMED, Reason.STOPPED_WHILE_SENDING) for text_id, attempt in rows
    ]


def claim(slot_count: int) -> tuple[list[Claim], int]:
    """Take up to `slot_count` due texts, at most one of a line that has a pace; return them and how many were stopped.

    Stopped are the ones that may not leave: opted out, sender gone, expired. They cost their line nothing.
    """
    if slot_count <= 0:
        return [], 0
    user_table = connection.ops.quote_name(get_user_model()._meta.db_table)
    statement = _CLAIM.format(user_table=user_table, may_send=_MAY_SEND, is_due=_IS_DUE, has_due=_HAS_DUE)
    rows = run(
        statement,
        {
            "slots": slot_count,
            "lease": conf.LEASE,
            "replies_per_bulk": REPLIES_PER_BULK,
            "longest_held": conf.LONGEST_HELD,
        },
    )
    claims = [Claim(*row[1:]) for row in rows if row[0] == "claimed"]
    return claims, len(rows) - len(claims)


def note_held() -> None:
    """Add up for how long lines have been held: paused, stopped by a breaker, under guard, or told to wait.

    That is no time of a text's life. Called every few seconds; a time in which nobody called is not added, for what
    held the line up then was that no runner lived.
    """
    run(_NOTE_HELD, {"every": HELD_EVERY, "gap": LONGEST_UNNOTED})


def is_ours(claim: Claim) -> bool:
    """Whether a claim's lease lasts long enough to begin a POST."""
    held = Text.objects.filter(pk=claim.text_id, attempt=claim.attempt, status=TextStatus.SENDING)
    return held.filter(sending_until__gt=Now() + conf.LEASE_RESERVE).exists()


def next_due_in(now_at_most: timedelta) -> timedelta:
    """How long until a text can be claimed, at most `now_at_most`."""
    ((wait,),) = run(
        f"""
        SELECT least(
            (
                SELECT min(l.next_free_at) FROM texting_line l
                WHERE {_MAY_SEND} AND l.next_free_at < now() + %(at_most)s
                  AND {_HAS_DUE}
            ),
            (SELECT min(due_at) FROM texting_text WHERE status = 'queued' AND due_at > now())
        ) - now()
        """,  # noqa: S608 - our own words
        {"at_most": now_at_most},
    )
    due_in: timedelta = now_at_most if wait is None else wait
    return max(timedelta(0), min(due_in, now_at_most))


# A line `l` that is well, that nobody is logging in just now, that no breaker stops, and whose past is known. One whose
# texts are refused is paused a moment after it was counted, and sends nothing in between.
_HAS_SESSION = "(l.renewing_until IS NULL OR l.renewing_until <= now())"
_IS_NOT_REFUSED = f"l.refusals_in_a_row < {breakers.REFUSALS_IN_A_ROW}"
_IS_WELL = f"l.state = 'connected' AND l.guarded_since IS NULL AND {_IS_NOT_REFUSED} AND {_HAS_SESSION}"
_MAY_SEND = f"{_IS_WELL} AND {breakers.IS_CLOSED}"

# A text `t` that may leave now. In the words of the index `text_line_queue`, which no other index has: PostgreSQL goes
# by what it last knew of the queue, often that it is empty, and would as soon read the whole of another index.
_IS_DUE = "t.status BETWEEN 'queued' AND 'queued' AND t.due_at <= now()"
# A line `l` that has one: one look into that index. An EXISTS may be made a join with all that is queued.
_HAS_DUE = f"""(
    SELECT t.id FROM texting_text t WHERE t.line_id = l.id AND {_IS_DUE} ORDER BY t.priority, t.turn, t.id LIMIT 1
) IS NOT NULL"""  # noqa: S608 - our own words

# A line `l` that may not send, or was told to wait, though texts wait for it.
_IS_HELD = f"""
    l.state <> 'removed' AND (NOT ({_MAY_SEND}) OR l.next_free_at > now() + l.pace)
    AND (
        SELECT t.id FROM texting_text t WHERE t.line_id = l.id AND t.status BETWEEN 'queued' AND 'queued'
        ORDER BY t.priority, t.turn, t.id LIMIT 1
    ) IS NOT NULL
"""  # noqa: S608 - our own words
_NOTE_HELD = f"""
UPDATE texting_line l SET
    held = l.held + CASE WHEN l.held_at > now() - %(gap)s THEN now() - l.held_at ELSE interval '0' END,
    held_at = now()
WHERE l.id IN (
    SELECT l.id FROM texting_line l
    WHERE {_IS_HELD} AND (l.held_at IS NULL OR l.held_at <= now() - %(every)s)
    ORDER BY l.id FOR NO KEY UPDATE SKIP LOCKED
)
"""  # noqa: S608 - our own words

# `place` merges a line's replies and bulk texts into one order: with s replies in a row before, the n-th reply comes at
# n + (s + n - 1) / 4 and the m-th bulk text at 5m - s, so bulk has each fifth place and whoever is alone loses nothing.
# What may stop a text is looked up for each: for an EXISTS, PostgreSQL may read all who ever opted out.
_CLAIM = """
WITH free_lines AS (
    SELECT id, state, pace, worked, held, replies_in_a_row, session_version
    FROM texting_line l
    WHERE ({may_send} AND l.next_free_at <= now() OR l.state = 'removed')
      AND {has_due}
    ORDER BY l.next_free_at
    LIMIT %(slots)s
    FOR NO KEY UPDATE SKIP LOCKED
), heads AS (
    SELECT l.id AS line_id, l.session_version, h.id, h.nth, h.stopped_for
    FROM free_lines l
    CROSS JOIN LATERAL (
        SELECT q.id,
            row_number() OVER (ORDER BY q.place) AS nth,
            CASE
                WHEN l.state = 'removed' THEN 'line_removed'
                WHEN (SELECT b.canceled_at FROM texting_batch b WHERE b.id = q.batch_id) IS NOT NULL THEN 'canceled'
                WHEN q.expires_at + (l.worked - q.line_worked) + least(l.held - q.line_held, %(longest_held)s) <= now()
                THEN 'expired'
                WHEN (SELECT o.id FROM texting_optout o WHERE o.number = q.number AND o.lifted_at IS NULL) IS NOT NULL
                THEN 'opted_out'
                WHEN (SELECT u.is_active FROM {user_table} u WHERE u.id = q.sender_id) IS NOT TRUE
                THEN 'sender_inactive'
            END AS stopped_for
        FROM (
            (SELECT t.*, row_number() OVER w + (l.replies_in_a_row + row_number() OVER w - 1) / %(replies_per_bulk)s
                AS place
             FROM texting_text t
             WHERE t.line_id = l.id AND {is_due} AND t.priority = 1
             WINDOW w AS (ORDER BY t.turn, t.id) ORDER BY t.turn, t.id
             LIMIT (CASE WHEN l.pace > interval '0' THEN 1 ELSE %(slots)s END))
            UNION ALL
            (SELECT t.*, (%(replies_per_bulk)s + 1) * row_number() OVER w - l.replies_in_a_row AS place
             FROM texting_text t
             WHERE t.line_id = l.id AND {is_due} AND t.priority = 0
             WINDOW w AS (ORDER BY t.turn, t.id) ORDER BY t.turn, t.id
             LIMIT (CASE WHEN l.pace > interval '0' THEN 1 ELSE %(slots)s END))
        ) q
        ORDER BY q.place
        LIMIT (CASE WHEN l.pace > interval '0' THEN 1 ELSE %(slots)s END)
    ) h
), chosen AS (
    SELECT * FROM heads ORDER BY nth, line_id LIMIT %(slots)s
), locked AS MATERIALIZED (
    -- By their ids, which an index of what is queued must not seem to be a way round.
    SELECT id FROM texting_text
    WHERE id IN (SELECT id FROM chosen) AND status || '' = 'queued'
    ORDER BY id FOR NO KEY UPDATE
), stopped AS (
    UPDATE texting_text t SET
        status = CASE WHEN c.stopped_for IN ('expired', 'canceled') THEN c.stopped_for ELSE 'blocked' END,
        reason = c.stopped_for,
        status_at = now()
    FROM chosen c
    WHERE t.id = c.id AND t.id IN (SELECT id FROM locked) AND c.stopped_for IS NOT NULL
    RETURNING t.id
), claimed AS (
    UPDATE texting_text t SET
        status = 'sending',
        reason = '',
        attempt = gen_random_uuid(),
        attempt_count = t.attempt_count + 1,
        sending_until = now() + %(lease)s,
        status_at = now()
    FROM chosen c
    WHERE t.id = c.id AND t.id IN (SELECT id FROM locked) AND c.stopped_for IS NULL
    RETURNING t.id, t.attempt, t.attempt_count, t.number, t.body, t.line_id, c.session_version,
        t.turn, t.priority, c.nth
), charged AS (
    UPDATE texting_line l SET
        next_free_at = now() + l.pace * s.text_count,
        worked = l.worked + l.pace * s.text_count,
        current_turn = greatest(l.current_turn, s.turn),
        replies_in_a_row = least(
            %(replies_per_bulk)s,
            CASE WHEN s.last_bulk IS NULL THEN l.replies_in_a_row + s.text_count ELSE s.last - s.last_bulk END
        )
    FROM (
        SELECT line_id, count(*) AS text_count, max(turn) AS turn, max(nth) AS last,
               max(nth) FILTER (WHERE priority = 0) AS last_bulk
        FROM claimed GROUP BY line_id
    ) s
    WHERE l.id = s.line_id
)
SELECT 'claimed', id, attempt, attempt_count, number, body, line_id, session_version FROM claimed
UNION ALL
SELECT 'stopped', id, NULL, NULL, NULL, NULL, NULL, NULL FROM stopped
"""
