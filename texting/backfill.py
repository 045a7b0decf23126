"""Compare what a line's provider holds with what we hold, and take in once what webhooks missed.

Regularly for every line; and for a line under guard (texting.epoch) before it sends again: then what stands here as
queued though it left is found as well.
"""

from __future__ import annotations

import logging
import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from texting import compliance, conf, delivery, guard, inbound, line_hooks, line_sessions, provider_texts
from texting.errors import LineProblem, ProviderError, SessionLost
from texting.models import Line, Text
from texting.secrets import CannotDecrypt
from texting.sql import run
from texting.vocabulary import Direction, PauseReason, TextStatus

if TYPE_CHECKING:
    from datetime import datetime

    from texting.providers.base import ProviderText

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)
AFTER_FAILURE = timedelta(seconds=30)
# However often workers start.
JUST_BEGUN = timedelta(minutes=1)
# While a line's texts are still being sent, or made, its past cannot be told from its present.
WHILE_MOVING = timedelta(seconds=5)
# Whoever compares a line under guard may be killed, and it sends nothing until the next has.
GUARDED_LEASE = timedelta(minutes=2)
# A run takes no further line after that: beat begins the next within a minute, and one that never ended would keep its
# worker from ending too.
RUN = timedelta(seconds=50)
# A text may be listed late, and two clocks may be apart.
OVERLAP = timedelta(minutes=15)


def backfill_due() -> int:
    """Compare the lines whose turn has come; return how many texts were taken in. Safe to run several times at once."""
    return _backfill_all("guarded_since IS NULL")


def backfill_guarded() -> int:
    """The same for the lines under guard, whose guard ends once all are compared that can be."""
    taken = _backfill_all("guarded_since IS NOT NULL AND compared_at IS NULL")
    guard.end_compared()
    return taken


def make_due() -> None:
    """Compare every line now, as nobody may have taken in what came before; but not one that has just been begun."""
    with transaction.atomic():
        # What a line under guard still waits for has its reason.
        soon = Line.objects.filter(
            guarded_since=None, next_backfill_at__gt=Now(), next_backfill_at__lte=Now() + EVERY - JUST_BEGUN
        )
        ids = list(soon.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        Line.objects.filter(pk__in=ids).update(next_backfill_at=Now())


def _backfill_all(which: str) -> int:
    taken, end = 0, time.monotonic() + RUN.total_seconds()
    while line := _claim_line(which):
        taken += _backfill_apart(line)
        if time.monotonic() > end:
            break
    return taken


def _claim_line(which: str) -> Line | None:
    rows = run(
        f"""
        UPDATE texting_line
        SET next_backfill_at = now() + CASE WHEN guarded_since IS NULL THEN %s ELSE %s END
        WHERE id = (
            SELECT id FROM texting_line
            WHERE state IN ('connected', 'paused') AND session_token <> '' AND next_backfill_at <= now() AND {which}
            ORDER BY next_backfill_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        ) RETURNING id
        """,  # noqa: S608 - our own words
        [EVERY, GUARDED_LEASE],
    )
    return Line.objects.get(pk=rows[0][0]) if rows else None


def _backfill_apart(line: Line) -> int:
    try:
        return _backfill(line)
    except SessionLost:
        line_sessions.renew_session(line.pk, line.session_version)
    except LineProblem as error:
        line_sessions.pause_for(line, error.reason)
    except CannotDecrypt:
        line_sessions.pause_for(line, PauseReason.KEYS_LOST)
    except ProviderError as error:
        logger.warning("line %s: could not be compared with the provider: %s", line.pk, error)
    except Exception:
        # The outermost edge of a line: what is wrong with one must not keep the others waiting.
        logger.exception("line %s: could not be compared with the provider", line.pk)
    _come_back(line, AFTER_FAILURE)
    return 0


def _come_back(line: Line, wait: timedelta) -> None:
    # A guard that has begun meanwhile says itself when the line is compared.
    Line.objects.filter(pk=line.pk, guarded_since=line.guarded_since).update(next_backfill_at=Now() + wait)


def _backfill(line: Line) -> int:
    if line.guarded_since and _is_moving(line):
        _come_back(line, WHILE_MOVING)
        return 0
    ((started_at,),) = run("SELECT now()")
    results = [_take_in_apart(line, told) for told in provider_texts.list_since(line, _since(line))]
    # Another hole in time may have been found meanwhile, and the line is due again at once: its guard stays.
    Line.objects.filter(pk=line.pk, guarded_since=line.guarded_since).update(compared_at=Now())
    # What could not be taken in is looked for again.
    backfilled_at = line.backfilled_at if None in results else started_at
    Line.objects.filter(pk=line.pk).update(backfilled_at=backfilled_at, last_contact_at=Now())
    if taken := results.count(True):
        logger.warning("line %s: %d texts taken in that no webhook told of", line.pk, taken)
    if not line.guarded_since:
        _look_at_hooks(line)
    return taken


def _look_at_hooks(line: Line) -> None:
    """Register what is missing. What fails at that is no reason to compare all texts again, nor to pause the line."""
    try:
        if not line_hooks.keep_hooks(line):
            logger.warning("line %s: the provider does not hold all its webhooks", line.pk)
    except (ProviderError, CannotDecrypt) as error:
        logger.warning("line %s: could not look at its webhooks: %s", line.pk, error)


def _is_moving(line: Line) -> bool:
    """Whether texts that may have left are being sent still, or stand in a batch and are not made in this copy."""
    is_sending = Text.objects.filter(line=line, status=TextStatus.SENDING).exists()
    return is_sending or guard.is_being_made(line)


def _since(line: Line) -> datetime:
    regular = (line.backfilled_at or line.created_at) - OVERLAP
    return min(regular, line.guarded_since) if line.guarded_since else regular


def _take_in_apart(line: Line, told: ProviderText) -> bool | None:
    """None when it cannot be taken in. While nobody knows whether one is ours, a line under guard sends nothing."""
    try:
        return _take_in(line, told)
    except (OperationalError, InterfaceError):
        raise  # of the moment, and not of this text
    except Exception:
        if line.guarded_since and told.direction == Direction.OUT:
            raise
        # The outermost edge of a text: one that we cannot digest must not keep the others waiting.
        logger.exception("line %s: the provider's text %s could not be taken in", line.pk, told.provider_id)
        inbound.heed_opt_out(line, told)
        return None


def _take_in(line: Line, told: ProviderText) -> bool | None:
    """Take in one text that the provider holds; False when we knew it, None while it may be one that waits here."""
    known = Text.objects.filter(line=line, provider_id=told.provider_id).first()
    if known:
        # One that is scheduled is looked after in texting.scheduled, which also asks whether it was deleted.
        if told.delivery and told.delivery.rank > known.delivery_rank:
            delivery.apply(known, told.delivery)
        return False
    with transaction.atomic():
        if told.direction == Direction.IN:
            text = inbound.receive(line, told)
        else:
            try:
                found = _take_in_sent(line, told)
            except inbound.MayBeQueued:
                return None
            if found is None:
                return False
            text = found
            if told.delivery:
                delivery.apply(text, told.delivery)
    if told.direction == Direction.IN and compliance.keyword(told.body) in compliance.OPT_OUT_WORDS:
        compliance.stop_queued_texts(text.number)
    return True


def _take_in_sent(line: Line, told: ProviderText) -> Text | None:
    """None while nobody can say whose text it is, for it is being sent just now; and for one that has not left."""
    if inbound.was_taken_back(told):
        return None
    if inbound.is_future(told.scheduled_at):
        inbound.note_scheduled(line, told)
        return None
    try:
        text = inbound.settle_echo(line, told)
    except inbound.EchoUndecided:
        return None
    return text or _settle_queued(line, told) or inbound.note_typed_in_app(line, told)


def _settle_queued(line: Line, told: ProviderText) -> Text | None:
    """The queued text that left in a time this database has forgotten; only while the line may not send.

    Raises MayBeQueued without a guard: a runner may not have looked at this database yet.
    """
    queued = inbound.queued_echoes(line, told)
    if queued and not line.guarded_since:
        raise inbound.MayBeQueued
    for text in queued:
        text.attempt = uuid.uuid4()
        claimed = Text.objects.filter(pk=text.pk, status=TextStatus.QUEUED).update(
            status=TextStatus.SENDING, attempt=text.attempt, sending_until=Now() + conf.LEASE, status_at=Now()
        )
        if claimed and inbound.settle_as_sent(text, told.provider_id):
            return text
    return None
