"""What the panel of a record's texts shows: the running conversation, what waits, and from where to reply."""

from __future__ import annotations

import uuid
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Q, prefetch_related_objects
from django.db.models.functions import Now

from texting import compliance, decisions, lines, recipients, seam, standstill, unmatched, whose
from texting.logged import order_in_dialogue
from texting.models import Conversation, ConversationRecord, Recipient, Text, TextingSettings
from texting.models.chosen import of_records
from texting.reasons import reply_reason_words
from texting.vocabulary import TextStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from django.contrib.auth.models import AbstractUser

    from texting.models import Line, NumberLink, OptOut
    from texting.models.text import TextQuerySet
    from texting.seam import Candidate, RecordKey

CONVERSATIONS_SHOWN = 20
TEXTS_SHOWN = 50
# A text that was stopped is in no conversation; so long it is told on the record all the same.
STOPPED_TOLD = timedelta(days=30)
STOPPED = Q(
    status__in=[TextStatus.BLOCKED, TextStatus.EXPIRED, TextStatus.CANCELED], status_at__gt=Now() - STOPPED_TOLD
)
WAITING = Q(status__in=[TextStatus.QUEUED, TextStatus.SENDING])


def panel(user: AbstractUser, candidate: Candidate) -> dict[str, Any]:
    """The latest texts with a human, the open conversation, and from where to reply; who sees answers has read them."""
    known = {one.key: one for one in [candidate, *other_records(user, candidate)]}
    keys = list(known)
    conversations = _conversations(keys)
    usable = lines.for_user(user)
    open_one = _to_reply_in(conversations, usable)
    prefetch_related_objects([open_one] if open_one else [], "records")
    may_reply = open_one is not None and open_one.line in usable
    from_line = open_one.line if open_one and may_reply else next(iter(usable), None)
    window = TextingSettings.current().idle_window
    opt_out = _opt_out(candidate, open_one)
    latest = open_one or next(iter(conversations), None)
    return {
        "candidate": candidate,
        "was_unread": note_seen(user, conversations),
        "texts": _texts(candidate, keys, conversations),
        "open": open_one,
        "logged_at": open_one.last_text_at + window if open_one else None,
        "idle_window": window,
        "may_reply": may_reply,
        "no_reply": _no_reply(user, known, open_one) if open_one and may_reply else "",
        "from_line": from_line,
        "standstill": standstill.of_line(from_line) if from_line else None,
        "link": _link(open_one, keys) if open_one and may_reply else None,
        "reply_key": uuid.uuid4(),
        "app_url": _app_url(latest) if latest else "" if opt_out else _app_url_to_begin(candidate, from_line),
        "opt_out": opt_out,
    }


def _link(conversation: Conversation, keys: Sequence[RecordKey]) -> NumberLink | None:
    """By which choice the conversation is on one of these records."""
    link = unmatched.find_link(conversation)
    return link if link and link.key in keys else None


def _no_reply(user: AbstractUser, known: Mapping[RecordKey, Candidate], conversation: Conversation) -> str:
    """Why a reply would be refused, in a sentence; "" where it may leave to one at least of those it is for.

    `known` are the record that is shown and the others of the same human, which need not be read again at every poll.
    """
    keys = [record.key for record in sorted(conversation.records.all(), key=attrgetter("pk"))]
    visible = seam.visible(user, [key for key in keys if key not in known])
    verdicts = recipients.resolve_known(keys, {**known, **visible}, {str(key): conversation.number for key in keys})
    if any(verdict.will_be_texted and verdict.e164 == conversation.number for verdict in verdicts):
        return ""
    shown = next(iter(known))
    of_shown = next((verdict for verdict in verdicts if verdict.key == shown), next(iter(verdicts), None))
    return reply_reason_words(of_shown.reason or "", of_shown.reason_words) if of_shown else ""


def text_count(keys: Collection[RecordKey]) -> int:
    records = ConversationRecord.objects.filter(of_records(keys))
    return Text.objects.filter(conversation__in=records.values("conversation")).count()


def other_records(user: AbstractUser, candidate: Candidate) -> list[Candidate]:
    """The other records of the same human that `user` may see."""
    return list(seam.visible(user, sorted(candidate.same_person_as)).values())


def _conversations(keys: Sequence[RecordKey]) -> list[Conversation]:
    """The latest ones with any of these records."""
    of_them = ConversationRecord.objects.filter(of_records(keys))
    found = Conversation.objects.filter(pk__in=of_them.values("conversation")).select_related("line")
    return list(found.order_by("-last_text_at")[:CONVERSATIONS_SHOWN])


def _to_reply_in(conversations: Sequence[Conversation], usable: Sequence[Line]) -> Conversation | None:
    """The latest open one on a line of the reader's, else the latest open one."""
    running = [conversation for conversation in conversations if conversation.closed_at is None]
    return next((one for one in running if one.line in usable), next(iter(running), None))


def note_seen(user: AbstractUser, conversations: Sequence[Conversation]) -> bool:
    """Whether answers were unread until now. Reading over the shoulder of those whose line it is changes nothing.

    Unless nobody is left who could read them there.
    """
    unread = [one for one in conversations if one.unseen_since]
    owners = seam.owners_for(user) if unread and user.has_perm("texting.send") else []
    unseen = {one.pk for one in unread if one.line.owner in owners}
    if len(unseen) < len(unread) and user.has_perm("texting.manage_lines"):
        left = decisions.lines_left()
        unseen |= {one.pk for one in unread if one.line_id in left}
    if unseen:
        Conversation.objects.filter(pk__in=unseen).update(unseen_since=None)
    return bool(unseen)


def _texts(candidate: Candidate, keys: Sequence[RecordKey], conversations: Sequence[Conversation]) -> list[Text]:
    """As they were said, those that were stopped among them; then what is to leave, what is scheduled last."""
    ours = Text.objects.filter(pk__in=Recipient.objects.filter(of_records(keys)).values("text"))
    never_left = ours.filter(conversation__isnull=True)
    said = [
        *_with_files(Text.objects.filter(conversation__in=conversations)).order_by("-pk")[:TEXTS_SHOWN],
        *_with_files(never_left.filter(STOPPED)).order_by("-pk")[:TEXTS_SHOWN],
    ]
    waiting = _with_files(never_left.filter(WAITING)).order_by("pk")
    return [*sorted(said, key=order_in_dialogue), *waiting, *_scheduled(candidate, conversations)]


def _with_files(texts: TextQuerySet) -> TextQuerySet:
    return texts.select_related("sender").prefetch_related("attachments")


def _scheduled(candidate: Candidate, conversations: Sequence[Conversation]) -> list[Text]:
    """What somebody has scheduled in the provider's app for a record, the next one first."""
    held = [recipients.read_number(typed, candidate.region).e164 for typed in candidate.numbers]
    numbers = {number for number in held if number} | {conversation.number for conversation in conversations}
    waiting = Text.objects.filter(status=TextStatus.SCHEDULED, number__in=numbers)
    texts = list(_with_files(waiting).order_by("scheduled_at")[:TEXTS_SHOWN])
    theirs = {
        (line_id, number)
        for line_id, number in {(text.line_id, text.number) for text in texts}
        if candidate.key in [found.key for found in whose.who_is_it(line_id, number)]
    }
    return [text for text in texts if (text.line_id, text.number) in theirs]


def _app_url(conversation: Conversation) -> str:
    return lines.app_url(conversation.line, conversation.number)


def _app_url_to_begin(candidate: Candidate, from_line: Line | None) -> str:
    """Where a first conversation would be in the provider's app; "" with who must not or cannot be texted."""
    chosen = recipients.choose_number(candidate.numbers, candidate.region)
    may_be_texted = chosen and chosen.e164 and not candidate.do_not_text
    return lines.app_url(from_line, chosen.e164) if from_line and chosen and may_be_texted else ""


def _opt_out(candidate: Candidate, open_one: Conversation | None) -> OptOut | None:
    """The opt-out in force of the number a reply or a new text would go to."""
    chosen = recipients.choose_number(candidate.numbers, candidate.region)
    numbers = [open_one.number] if open_one else []
    in_force = compliance.opted_out([*numbers, chosen.e164] if chosen else numbers)
    return next(iter(in_force.values()), None)
