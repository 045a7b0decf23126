"""Texts that we did not queue: received from a person, or typed in the provider's own app."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from texting import compliance, conversations, delivery
from texting.claims import LOOKS
from texting.models import Conversation, OptOut, Text
from texting.segments import count_segments
from texting.sql import run
from texting.vocabulary import Decision, Direction, Origin, Reason, TextStatus
from texting.whose import who_is_it

if TYPE_CHECKING:
    from datetime import datetime

    from texting.models import Line
    from texting.providers.base import ProviderText

logger = logging.getLogger(__name__)

# The provider's clock and ours may differ by this much.
CLOCK_SLACK = timedelta(minutes=2)
# So long a text that may have left is looked for. What is written later is another, in the same words perhaps.
LOOKED_FOR = sum(LOOKS, timedelta())
# After this, events that a scheduled text has left are not waited for any longer.
LOOK_AFTER = timedelta(minutes=1)


def receive(line: Line, told: ProviderText) -> Text:
    """Store a text a person sent us, once per provider id, and heed the words by which one opts out or in again."""
    known = Text.objects.filter(line=line, provider_id=told.provider_id).first()
    if known:
        return known
    # Before the opt-out's row, as all who write both lock them.
    conversations.hold_open([(line.pk, told.number)])
    heed_words(line.pk, told.number, told.body, told.at)
    compliance.note_heard(told.number)
    return _store(line, told, origin=Origin.PERSON, status=TextStatus.RECEIVED)


def heed_words(line_id: int, number: str, body: str, said_at: datetime | None) -> bool:
    """Opt a number out or in when that is all its holder wrote; say whether it is out now by these words."""
    word = compliance.keyword(body)
    if word:
        compliance.hold(number)
    is_out = word in compliance.OPT_OUT_WORDS
    if is_out:
        compliance.opt_out(number, source=OptOut.Source.WORD, line_id=line_id, word=word, said_at=said_at)
    elif word:
        compliance.lift(number, word=word, said_at=said_at)
    return is_out


def heed_opt_out(line: Line, told: ProviderText) -> None:
    """Heed the word in a text that could not be stored: whatever the reason, its writer must not be texted."""
    if told.direction != Direction.IN or compliance.keyword(told.body) not in compliance.OPT_OUT_WORDS:
        return
    try:
        with transaction.atomic():
            heed_words(line.pk, told.number, told.body, told.at)
    except Exception:
        # The caller is at work on a failure already, and tells of that.
        logger.exception("line %s: an opt-out could not be kept", line.pk)


def note_typed_in_app(line: Line, told: ProviderText) -> Text:
    """Store a text that somebody wrote in the provider's own app."""
    return _store(line, told, origin=Origin.PROVIDER_APP, status=TextStatus.SENT)


def note_scheduled(line: Line, told: ProviderText) -> None:
    """Store a text that somebody scheduled in the provider's own app, or its new time. What left already, left."""
    plan = {
        "body": told.body,
        "segment_count": count_segments(told.body).segment_count,
        "scheduled_at": told.leaves_at,
        "provider_at": told.leaves_at,
        "next_look_at": told.leaves_at + LOOK_AFTER if told.leaves_at else Now(),
    }
    text, created = Text.objects.get_or_create(
        line=line,
        provider_id=told.provider_id,
        defaults={
            **plan,
            "direction": Direction.OUT,
            "origin": Origin.PROVIDER_APP,
            "number": told.number,
            "status": TextStatus.SCHEDULED,
        },
    )
    if not created:
        Text.objects.filter(pk=text.pk, status=TextStatus.SCHEDULED).update(**plan, look_count=0)


def leave_as_scheduled(text: Text, *, status: TextStatus = TextStatus.SENT, reason: Reason | None = None) -> None:
    """Move a scheduled text into its conversation, now that its time has come; `status` is what is known of it."""
    if text.status != TextStatus.SCHEDULED:
        return
    conversation_id = conversations.hold_open([(text.line_id, text.number)])[text.line_id, text.number]
    left = Text.objects.filter(pk=text.pk, status=TextStatus.SCHEDULED).update(
        status=status,
        reason=reason or "",
        conversation_id=conversation_id,
        next_look_at=None,
        left_at=Now(),
        arrived_at=Now(),
        status_at=Now(),
    )
    if left:
        _settle_in(conversation_id)


def unschedule(text: Text) -> None:
    """Somebody deleted a scheduled text before it left."""
    Text.objects.filter(pk=text.pk, status=TextStatus.SCHEDULED).update(
        status=TextStatus.CANCELED, reason=Reason.DELETED_IN_APP, next_look_at=None, status_at=Now()
    )


def was_taken_back(told: ProviderText) -> bool:
    """Whether the provider tells of a text that was scheduled in its app and deleted before it left."""
    return told.is_deleted and told.scheduled_at is not None and not delivery.is_proof_of_leaving(told.delivery)


def is_future(at: datetime | None) -> bool:
    """By the database's clock."""
    ((future,),) = run("SELECT coalesce(%s > now(), false)", [at])
    return bool(future)


def settle_echo(line: Line, told: ProviderText) -> Text | None:
    """Find our own text that `told` is the echo of, and settle it as sent; None when it is none of ours.

    Raises EchoUndecided while a text to this number is being sent: its own answer will tell its id. Only what is
    unconfirmed is known by its body.
    """
    known = Text.objects.filter(line=line, provider_id=told.provider_id).first()
    if known:
        return known
    fitting = list(
        Text.objects.filter(
            line=line,
            number=told.number,
            status__in=[TextStatus.SENDING, TextStatus.UNCONFIRMED],
            provider_id__isnull=True,
        )
        .select_related("batch")
        .order_by("pk")
    )
    if any(text.status == TextStatus.SENDING for text in fitting):
        raise EchoUndecided
    # One that a person has sent again comes last: the new one is the likelier to be told of.
    fitting = sorted(
        (text for text in fitting if is_echo(text, told)), key=lambda text: text.decision == Decision.SENT_AGAIN
    )
    return next((text for text in fitting if settle_as_sent(text, told.provider_id)), None)


def queued_echoes(line: Line, told: ProviderText) -> list[Text]:
    """The queued texts that `told` may be the echo of, the first to leave first.

    In a database that was set back, one that left stands as queued. Until that is known, what the provider holds is
    nobody else's: once it were, ours would leave again.
    """
    queued = Text.objects.queued().filter(line=line, number=told.number).order_by("turn", "pk")
    return [text for text in queued.select_related("batch") if is_echo(text, told)]


class EchoUndecided(Exception):
    """Too early to say which of our texts this is the echo of."""


class MayBeQueued(EchoUndecided):
    """Of one that is queued here and left, which this database has forgotten; or typed in the app in the same words."""


def is_echo(ours: Text, told: ProviderText) -> bool:
    """Whether what the provider tells of may be `ours`: the same words to the same number.

    White space at the ends does not count, for providers trim it. What was certainly written before ours was sent, or
    after ours was given up, is not it. A text that is made again from its batch is as old as that: in a database that
    was set back, nobody knows when it was sent.
    """
    is_same = told.number == ours.number and told.body.strip() == ours.body.strip()
    if not is_same or told.at is None:
        return is_same
    is_late = ours.status == TextStatus.UNCONFIRMED and told.at > ours.status_at + LOOKED_FOR
    began_at = ours.batch.created_at if ours.batch else ours.created_at
    began_at = _claimed_at(ours) or began_at
    return told.at >= began_at - CLOCK_SLACK and not is_late


def _claimed_at(ours: Text) -> datetime | None:
    """When an unconfirmed text was last taken to be sent.

    None for what texting.guard handed over to a person, taken and given up in one transaction: when that left, if it
    did, this database has forgotten.
    """
    if ours.status != TextStatus.UNCONFIRMED:
        return None
    claimed_at: datetime | None = ours.events.filter(status=TextStatus.SENDING).aggregate(at=Max("at"))["at"]
    return claimed_at if claimed_at and claimed_at < ours.status_at else None


def settle_as_sent(text: Text, provider_id: str) -> bool:
    """Move a text that may have left to sent, now that the provider is known to hold it."""
    if text.attempt is None:
        return False
    conversation_ids = conversations.join_left_texts([(text.pk, text.attempt)])
    changes = {"conversation_id": conversation_ids[text.pk]} if text.pk in conversation_ids else {}
    changed = Text.objects.filter(
        pk=text.pk, attempt=text.attempt, status__in=[TextStatus.SENDING, TextStatus.UNCONFIRMED]
    ).update(
        status=TextStatus.SENT,
        reason="",
        provider_id=provider_id,
        sending_until=None,
        next_look_at=None,
        left_at=text.left_at or Now(),
        arrived_at=text.arrived_at or Now(),
        status_at=Now(),
        **changes,
    )
    return bool(changed)


def _store(line: Line, told: ProviderText, *, origin: Origin, status: TextStatus) -> Text:
    conversation_id = conversations.hold_open([(line.pk, told.number)])[line.pk, told.number]
    outgoing = origin != Origin.PERSON
    text, created = Text.objects.get_or_create(
        line=line,
        provider_id=told.provider_id,
        defaults={
            "conversation_id": conversation_id,
            "direction": Direction.OUT if outgoing else Direction.IN,
            "origin": origin,
            "number": told.number,
            "body": told.body,
            "segment_count": count_segments(told.body).segment_count,
            "status": status,
            "attachments_pending": told.has_attachment,
            "next_fetch_at": Now() if told.has_attachment else None,
            "provider_at": told.leaves_at,
            "arrived_at": Now(),
            "left_at": Now() if outgoing else None,
        },
    )
    if created:
        _settle_in(conversation_id)
    if created and not outgoing:
        Conversation.objects.filter(pk=conversation_id, unseen_since__isnull=True).update(unseen_since=Now())
    return text


def _settle_in(conversation_id: int) -> None:
    """Say what the conversation of a new text goes on with and whose it is, where nobody knows yet."""
    conversations.refer_back(conversation_id)
    conversation = Conversation.objects.get(pk=conversation_id)
    if conversation.records.exists():
        return
    found = who_is_it(conversation.line_id, conversation.number)
    conversations.add_records(conversation.pk, [(candidate.key, candidate.name) for candidate in found])
