"""A stored webhook event -> what it means: delivery news, a received text, an opt-out."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least, Now

from texting import compliance, conf, delivery, inbound, lines
from texting.models import OptOut, Text, WebhookEvent
from texting.providers.base import (
    DeliveryChanged,
    MalformedEvent,
    OptOutChanged,
    TextDeleted,
    TextRead,
    TextReceived,
    TextSent,
)
from texting.vocabulary import EventKind, TextStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from texting.models import Line
    from texting.providers.base import DeliveryNews, Event, ProviderText

logger = logging.getLogger(__name__)

# After each failed try, or while news waits for the text it is of.
WAITS = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5))
# As many as are counted: what waits for a text may be tried for long.
MOST_TRIES = 1000
AT_ONCE = 50
# After the class of an error.
FAILED = " while taking it in."
State = WebhookEvent.State


@dataclass(frozen=True)
class Verdict:
    """What to write on an event."""

    state: WebhookEvent.State
    problem: str = ""
    opted_out_number: str = ""
    has_failed: bool = False


class _TooEarly(Exception):
    """The text this news is of is not known yet; it may still be on its way into the database."""


def take_in() -> int:
    """Take in up to AT_ONCE events that are due, oldest first, each in a transaction of its own; return how many."""
    taken = 0
    while taken < AT_ONCE and _take_next():
        taken += 1
    return taken


def try_again(events: QuerySet[WebhookEvent]) -> int:
    """Put events back to be taken in as if they had just come; return how many."""
    return events.update(state=State.PENDING, tries=0, failure_count=0, next_try_at=Now(), problem="", done_at=None)


def try_now(pks: Iterable[int]) -> Counter[str]:
    """Try each of these that is stuck once, while somebody looks on; return how many came into which state.

    What fails again is back where it was at once, not after five tries.
    """
    return Counter(state for pk in pks if (state := _try_now(pk)))


def _try_now(pk: int) -> str:
    """The state it came into; "" when it is stuck no more, or somebody else has it tried just now."""
    with transaction.atomic():
        event = _lockable().filter(pk=pk, state__in=WebhookEvent.STUCK).first()
        if event is None:
            return ""
        # It may wait for its text as if it had just come.
        event.tries, event.failure_count = 0, conf.MAX_WEBHOOK_TRIES
        verdict = _try(event)
        if verdict.state == State.PENDING:
            WebhookEvent.objects.filter(pk=pk).update(tries=0, failure_count=0)
        _write(event, verdict)
    _heed(verdict)
    return verdict.state


def _take_next() -> bool:
    with transaction.atomic():
        due = _lockable().filter(state=State.PENDING, next_try_at__lte=Now())
        event = due.order_by("next_try_at", "pk").first()
        if event is None:
            return False
        verdict = _try(event)
        _write(event, verdict)
    _heed(verdict)
    return True


def _lockable() -> QuerySet[WebhookEvent]:
    return WebhookEvent.objects.select_for_update(skip_locked=True, of=("self",)).select_related("line")


def _heed(verdict: Verdict) -> None:
    if verdict.opted_out_number:
        compliance.stop_queued_texts(verdict.opted_out_number)


def _try(event: WebhookEvent) -> Verdict:
    if event.event not in EventKind.values:
        return Verdict(State.KEPT, "An event of a kind we do not know.")
    meaning: Event | None = None
    try:
        meaning = lines.provider_of(event.line).parse_event(EventKind(event.event), bytes(event.body))
        with transaction.atomic():
            return _apply(event.line, meaning)
    except MalformedEvent as error:
        return Verdict(State.MALFORMED, str(error))
    except (_TooEarly, inbound.EchoUndecided):
        if event.tries < len(WAITS) or _is_looking(event.line):
            return Verdict(State.PENDING, "Waits for the text it tells of.")
        return Verdict(State.KEPT, "Tells of a text we do not know.")
    except Exception as error:
        # The outermost edge of taking in: one event that we cannot digest must not stop the others.
        logger.exception("event %s could not be taken in", event.pk)
        if isinstance(meaning, TextReceived):
            inbound.heed_opt_out(event.line, meaning.text)
        words = f"{type(error).__name__}{FAILED}"
        is_last = event.failure_count + 1 >= conf.MAX_WEBHOOK_TRIES
        return Verdict(State.QUARANTINED if is_last else State.PENDING, words, has_failed=True)


def _is_looking(line: Line) -> bool:
    """Whether a text of the line may yet turn out to be the one that news are of."""
    return (
        line.guarded_since is not None
        or Text.objects.filter(line=line, status=TextStatus.UNCONFIRMED, next_look_at__isnull=False).exists()
    )


def _apply(line: Line, meaning: Event) -> Verdict:
    match meaning:
        case TextReceived(text=told):
            text = inbound.receive(line, told)
            word = compliance.keyword(told.body)
            return Verdict(State.DONE, opted_out_number=text.number if word in compliance.OPT_OUT_WORDS else "")
        case TextSent(text=told):
            if inbound.is_future(told.scheduled_at):
                inbound.note_scheduled(line, told)
            else:
                _note_sent(line, told)
        case DeliveryChanged(provider_id=provider_id, news=news):
            _note_news(_known_text(line, provider_id), news)
        case TextRead(provider_id=provider_id):
            delivery.mark_read(_known_text(line, provider_id))
        case TextDeleted(provider_id=provider_id):
            _note_deleted(_known_text(line, provider_id))
        case OptOutChanged(number=number, opted_out=True, at=at):
            compliance.opt_out(number, source=OptOut.Source.PROVIDER_EVENT, line_id=line.pk, said_at=at)
            return Verdict(State.DONE, opted_out_number=number)
        case OptOutChanged(number=number, at=at):
            compliance.lift(number, word="UNSTOP", said_at=at)
    return Verdict(State.DONE)


def _note_sent(line: Line, told: ProviderText) -> None:
    text = inbound.settle_echo(line, told)
    if text is None and inbound.queued_echoes(line, told):
        # texting.backfill finds out.
        raise inbound.MayBeQueued
    text = text or inbound.note_typed_in_app(line, told)
    inbound.leave_as_scheduled(text)
    if told.delivery:
        delivery.apply(text, told.delivery)


def _note_news(text: Text, news: DeliveryNews) -> None:
    # A text that waits for its time may be called "in process" already.
    if delivery.is_proof_of_leaving(news) or not inbound.is_future(text.scheduled_at):
        inbound.leave_as_scheduled(text)
        delivery.apply(text, news)


def _note_deleted(text: Text) -> None:
    delivery.mark_deleted(text)
    # One whose time has come may have left before it was deleted: the provider is asked.
    if inbound.is_future(text.scheduled_at):
        inbound.unschedule(text)


def _known_text(line: Line, provider_id: str) -> Text:
    text = Text.objects.filter(line=line, provider_id=provider_id).first()
    if text is None:
        raise _TooEarly
    return text


def _write(event: WebhookEvent, verdict: Verdict) -> None:
    waiting = verdict.state == State.PENDING
    wait = WAITS[min(event.tries, len(WAITS) - 1)]
    WebhookEvent.objects.filter(pk=event.pk).update(
        state=verdict.state,
        problem=verdict.problem[:300],
        tries=Least(F("tries") + 1, MOST_TRIES),
        failure_count=F("failure_count") + int(verdict.has_failed),
        next_try_at=Now() + wait if waiting else F("next_try_at"),
        done_at=None if waiting else Now(),
    )
