"""Stop sending where it goes wrong again and again, until the provider answers a reading call. Never probe by a text.

Five texts in a row that a line could not hand over, or three without an answer within a minute: its sending stops; ten
without an answer, or somebody else at the provider's address: the provider's does. Paused for a person to look at is a
line with ten unanswered in an hour, one whose texts our own processes leave in the middle again and again, one whose
texts are refused whatever they say, and one with a batch taken for spam.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now

from texting import conf, line_sessions
from texting.errors import LineProblem, ProviderError, SessionLost, WrongPlace
from texting.line_hooks import provider_of
from texting.models import Breaker, Line
from texting.secrets import CannotDecrypt
from texting.sql import run
from texting.vocabulary import PauseReason, StopCause

if TYPE_CHECKING:
    from collections.abc import Collection

logger = logging.getLogger(__name__)

FAILURES_IN_A_ROW = 5
UNCLEAR_OF_LINE = 3
UNCLEAR_OF_PROVIDER = 10
UNCLEAR_WITHIN = timedelta(minutes=1)
UNCLEAR_IN_AN_HOUR = 10
# Three runners' hands full of them: what ends them ends them again and again.
LEFT_IN_AN_HOUR = 48
REFUSALS_IN_A_ROW = 5
FIRST_PROBE = timedelta(seconds=10)
LONGEST_PROBE = timedelta(minutes=5)
# How long a probe may take before another process makes it.
PROBE_LEASE = timedelta(seconds=60)

# A line `l` that no breaker stops.
IS_CLOSED = """NOT EXISTS (
    SELECT FROM texting_breaker b
    WHERE b.closed_at IS NULL AND b.provider = l.provider AND (b.line_id = l.id OR b.line_id IS NULL)
)"""


def open_where_needed(line_ids: Collection[int]) -> None:
    """Look at the lines whose texts have just failed or gone unanswered."""
    if not line_ids:
        return
    facts = {"line_ids": list(line_ids), "within": UNCLEAR_WITHIN}
    for line_id, provider, failure_count, recent_count, hour_count in run(_TROUBLE_OF_LINES, facts):
        if hour_count >= UNCLEAR_IN_AN_HOUR:
            line_sessions.pause_for(Line.objects.get(pk=line_id), PauseReason.UNCLEAR)
        elif recent_count >= UNCLEAR_OF_LINE:
            _open(provider, line_id, StopCause.UNCLEAR)
        elif failure_count >= FAILURES_IN_A_ROW:
            _open(provider, line_id, StopCause.FAILURES)
    for provider, recent_count in run(_TROUBLE_OF_PROVIDERS, facts):
        if recent_count >= UNCLEAR_OF_PROVIDER:
            _open(provider, None, StopCause.UNCLEAR)


# Texts counted once do not count again after their breaker was closed or their line resumed. What our own end left
# unclear says nothing of the provider.
_TROUBLE_OF_LINES = """
SELECT l.id, l.provider, l.failures_in_a_row,
    count(t.id) FILTER (
        WHERE t.status_at > now() - %(within)s
        AND t.status_at > coalesce((SELECT max(b.closed_at) FROM texting_breaker b WHERE b.line_id = l.id), '-infinity')
    ),
    count(t.id) FILTER (WHERE t.status_at > l.state_changed_at)
FROM texting_line l
LEFT JOIN texting_text t ON t.line_id = l.id AND t.status = 'unconfirmed' AND t.reason = 'no_answer'
    AND t.status_at > now() - interval '1 hour'
WHERE l.id = ANY(%(line_ids)s)
GROUP BY l.id
"""
_TROUBLE_OF_PROVIDERS = """
SELECT l.provider, count(t.id)
FROM texting_text t JOIN texting_line l ON l.id = t.line_id
WHERE t.status = 'unconfirmed' AND t.reason = 'no_answer' AND t.status_at > now() - %(within)s
  AND l.provider IN (SELECT provider FROM texting_line WHERE id = ANY(%(line_ids)s))
  AND t.status_at > coalesce((
      SELECT max(b.closed_at) FROM texting_breaker b WHERE b.provider = l.provider AND b.line_id IS NULL
  ), '-infinity')
GROUP BY l.provider
"""


def pause_where_left(text_ids: Collection[int]) -> None:
    """Pause the lines of texts that a process of ours just left, where these are only the last of many."""
    if not text_ids:
        return
    for (line_id,) in run(_LEFT, {"text_ids": list(text_ids), "in_an_hour": LEFT_IN_AN_HOUR}):
        line_sessions.pause_for(Line.objects.get(pk=line_id), PauseReason.LEFT_UNCLEAR)


_LEFT = """
SELECT l.id
FROM texting_line l
JOIN texting_text t ON t.line_id = l.id AND t.status = 'unconfirmed' AND t.reason = 'stopped_while_sending'
    AND t.status_at > greatest(l.state_changed_at, now() - interval '1 hour')
WHERE l.state = 'connected' AND l.id IN (SELECT line_id FROM texting_text WHERE id = ANY(%(text_ids)s))
GROUP BY l.id HAVING count(*) >= %(in_an_hour)s
"""


def pause_where_refused() -> None:
    """Pause the lines whose texts would go on being refused.

    What left before a line was resumed does not pause it again: who resumed it knew of that.
    """
    for line_id, reason in run(_REFUSED, {"in_a_row": REFUSALS_IN_A_ROW}):
        line_sessions.pause_for(Line.objects.get(pk=line_id), PauseReason(reason))


# Of a batch that has nothing left to send, nothing would run into the same block. Asked each second: so of each batch
# once, however many of its texts it were, and not of all that ever was.
_REFUSED = """
SELECT id, 'refused' FROM texting_line WHERE state = 'connected' AND refusals_in_a_row >= %(in_a_row)s
UNION ALL
SELECT l.id, 'spam' FROM texting_line l
WHERE l.state = 'connected' AND EXISTS (
    SELECT FROM (
        SELECT DISTINCT t.batch_id FROM texting_text t
        WHERE t.line_id = l.id AND t.reason = 'spam'
          AND t.arrived_at > greatest(l.state_changed_at, now() - interval '1 day')
    ) s JOIN texting_batch b ON b.id = s.batch_id
    WHERE b.canceled_at IS NULL
      AND (b.is_pending OR EXISTS (SELECT FROM texting_text w WHERE w.batch_id = b.id AND w.status = 'queued'))
)
"""


def stop_provider(provider: str, cause: StopCause) -> None:
    """No line of a provider sends until it answers a question again."""
    _open(provider, None, cause)


def _open(provider: str, line_id: int | None, cause: StopCause) -> None:
    with transaction.atomic():
        opened = run(_OPEN, [provider, line_id, cause.value, FIRST_PROBE])
        if not opened:
            return
        subject = f"line:{line_id}" if line_id else f"provider:{provider}"
        conf.audit()(actor_id=None, action="line.stopped", subject=subject, facts={"cause": cause.value})
    logger.error("%s stops sending: %s", subject, cause.value)


# Who does not answer may turn out to be somebody else, and that is told at once.
_OPEN = """
INSERT INTO texting_breaker (provider, line_id, cause, opened_at, next_probe_at, probe_count)
VALUES (%s, %s, %s, now(), now() + %s, 0)
ON CONFLICT (provider, line_id) WHERE closed_at IS NULL DO UPDATE SET cause = excluded.cause
    WHERE excluded.cause IN ('redirect', 'certificate') AND excluded.cause <> texting_breaker.cause
RETURNING id
"""


def probe_due() -> None:
    while breaker := take_due_probe():
        probe(breaker)


def take_due_probe() -> Breaker | None:
    """An open breaker whose provider is to be asked now; ours for a minute."""
    rows = run(
        """
        UPDATE texting_breaker SET next_probe_at = now() + %s, probe_count = probe_count + 1 WHERE id = (
            SELECT id FROM texting_breaker WHERE closed_at IS NULL AND next_probe_at <= now()
            ORDER BY next_probe_at LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING id
        """,
        [PROBE_LEASE],
    )
    return Breaker.objects.get(pk=rows[0][0]) if rows else None


def probe(breaker: Breaker) -> bool:
    """Ask the provider whose account a line is; an answer of any kind closes the breaker. False when it stays open."""
    line = breaker.line or _any_line(breaker.provider)
    if line is None:
        _close(breaker)  # nothing is there to send
        return True
    try:
        provider_of(line).get_account(line.reveal("session").reveal())
    except SessionLost:
        line_sessions.renew_session(line.pk, line.session_version)
    except LineProblem as error:
        line_sessions.pause_for(line, error.reason)
    except CannotDecrypt:
        line_sessions.pause_for(line, PauseReason.KEYS_LOST)
        if breaker.line_id is None:
            return False  # another line is asked next time
    except ProviderError as error:
        _keep_open(breaker, error)
        return False
    _close(breaker)
    return True


def _keep_open(breaker: Breaker, error: ProviderError) -> None:
    wait = min(LONGEST_PROBE, FIRST_PROBE * (1 << min(breaker.probe_count, 10)))
    Breaker.objects.filter(pk=breaker.pk, closed_at__isnull=True).update(next_probe_at=Now() + wait)
    logger.info("%s stays open: %s", breaker, error)
    if isinstance(error, WrongPlace):
        stop_provider(breaker.provider, error.cause)


def _any_line(provider: str) -> Line | None:
    with_session = Line.objects.in_use().exclude(session_token="")  # nosec B106 - none, not a password
    return with_session.filter(provider=provider).order_by("?").first()


def _close(breaker: Breaker) -> None:
    if breaker.line_id:
        Line.objects.filter(pk=breaker.line_id).update(failures_in_a_row=0)
    if Breaker.objects.filter(pk=breaker.pk, closed_at__isnull=True).update(closed_at=Now()):
        logger.warning("%s is closed: sending goes on", breaker)
