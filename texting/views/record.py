"""The texts on a record: the running conversation, and a reply to it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from texting import compliance, dispatch, inbound, lines, recipients, seam, standstill
from texting.forms.compose import ComposeForm
from texting.logged import order_in_dialogue
from texting.models import Conversation, ConversationRecord, Draft, Recipient, Text, TextingSettings
from texting.models.chosen import of_records
from texting.seam import RecordKey
from texting.vocabulary import TextStatus

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.auth.models import AbstractUser

    from texting.models import OptOut
    from texting.seam import Candidate
    from texting.views.answers import SignedInRequest

TEXTS_SHOWN = 50


@require_safe
def record_texts(request: SignedInRequest, record_type: str, record_id: int) -> HttpResponse:
    """The panel of a record's texts, asked for again every few seconds."""
    candidate = find_candidate(request.user, RecordKey(record_type, record_id))
    return render(request, "texting/records/panel.html", panel(request.user, candidate))


@require_POST
@permission_required("texting.send", raise_exception=True)
def reply(request: SignedInRequest, conversation_id: int) -> HttpResponse:
    """Send a text to the other party of a conversation, from its line. `key` makes a double click one text."""
    conversation = Conversation.objects.select_related("line").filter(pk=conversation_id).first()
    if conversation is None:
        raise Http404
    candidates = visible_records(request.user, conversation)
    if not candidates:
        raise Http404
    back = _written_on(request, candidates).url
    form = ComposeForm({**request.POST.dict(), "line": conversation.line_id}, lines=lines.for_user(request.user))
    if not form.is_valid():
        why = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, _("Not sent. %(why)s") % {"why": why})
        return redirect(back)
    _send_reply(request, conversation, candidates, form.cleaned_data["body"])
    return redirect(back)


def _written_on(request: SignedInRequest, candidates: list[Candidate]) -> Candidate:
    """The record that a reply was written on: one of the conversation's, or another record of the same human."""
    first = candidates[0]
    shown = {str(candidate.key): candidate for candidate in [*_other_records(request.user, first), *candidates]}
    return shown.get(request.POST.get("record", ""), first)


def _send_reply(request: SignedInRequest, conversation: Conversation, candidates: list[Candidate], body: str) -> None:
    draft = _reply_draft(request, conversation, candidates, body)
    try:
        dispatch.send_batch(request.user, dispatch.Composed(draft, conversation.line, body, is_reply=True))
    except dispatch.NobodyToText:
        messages.error(
            request, _("Not sent: this number opted out, is marked “do not text”, or is no longer on the record.")
        )
    except dispatch.AlreadySent:
        messages.error(request, _("Not sent: another reply left from this page already. Write it again."))
    except dispatch.LineNotUsable:
        words = _("Not sent: the line was removed, or is no longer yours. Use Send Text to write from another line.")
        messages.error(request, words)


def _reply_draft(request: SignedInRequest, conversation: Conversation, candidates: list[Candidate], body: str) -> Draft:
    numbers = {str(candidate.key): conversation.number for candidate in candidates}
    draft, _created = Draft.objects.get_or_create(
        pk=_key(request),
        defaults={
            "user_id": request.user.pk,
            "selection": [candidate.key for candidate in candidates],
            "chosen_numbers": numbers,
            "line": conversation.line,
            "body": body,
            "source": "Reply",
            "back_url": candidates[0].url,
        },
    )
    # A key of another draft of theirs would text that draft's people.
    if draft.user_id != request.user.pk or draft.keys != [candidate.key for candidate in candidates]:
        raise Http404
    return draft


def _key(request: SignedInRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise Http404 from None


def find_candidate(user: AbstractUser, key: RecordKey) -> Candidate:
    """A record that `user` may see. Raises Http404."""
    found = seam.visible(user, [key]).get(key)
    if found is None:
        raise Http404
    return found


def visible_records(user: AbstractUser, conversation: Conversation) -> list[Candidate]:
    """The records of a conversation that `user` may see."""
    return list(seam.visible(user, [record.key for record in conversation.records.order_by("pk")]).values())


def _other_records(user: AbstractUser, candidate: Candidate) -> list[Candidate]:
    """The other records of the same human that `user` may see."""
    return list(seam.visible(user, sorted(candidate.same_person_as)).values())


def panel(user: AbstractUser, candidate: Candidate) -> dict[str, Any]:
    """What the panel shows: the latest texts with a human, the open conversation, and from where to reply."""
    keys = [candidate.key, *(other.key for other in _other_records(user, candidate))]
    conversations = list(
        Conversation.objects.filter(pk__in=ConversationRecord.objects.filter(of_records(keys)).values("conversation"))
        .select_related("line")
        .order_by("-last_text_at")[:20]
    )
    texts = list(
        Text.objects.filter(conversation__in=conversations)
        .select_related("sender")
        .prefetch_related("attachments")
        .order_by("-pk")[:TEXTS_SHOWN]
    )
    queued = Text.objects.filter(
        pk__in=Recipient.objects.filter(of_records(keys)).values("text"),
        conversation__isnull=True,
        status__in=[TextStatus.QUEUED, TextStatus.SENDING],
    )
    queued = queued.select_related("sender").prefetch_related("attachments")
    unseen = [conversation.pk for conversation in conversations if conversation.unseen_since]
    if unseen and user.has_perm("texting.send"):
        Conversation.objects.filter(pk__in=unseen).update(unseen_since=None)
    open_one = next((conversation for conversation in conversations if conversation.closed_at is None), None)
    window = TextingSettings.current().idle_window
    usable = lines.for_user(user)
    may_reply = open_one is not None and open_one.line in usable
    from_line = open_one.line if open_one and may_reply else next(iter(usable), None)
    return {
        "candidate": candidate,
        "was_unread": bool(unseen),
        "texts": sorted(texts, key=order_in_dialogue)
        + sorted(queued, key=lambda text: text.pk)
        + _scheduled(candidate, conversations),
        "open": open_one,
        "logged_at": open_one.last_text_at + window if open_one else None,
        "idle_window": window,
        "may_reply": may_reply,
        "from_line": from_line,
        "standstill": standstill.of_line(from_line) if from_line else None,
        "reply_key": uuid.uuid4(),
        "app_url": _app_url(open_one or conversations[0]) if conversations else "",
        "opt_out": _opt_out(candidate, open_one),
    }


def _app_url(conversation: Conversation) -> str:
    return lines.app_url(conversation.line, conversation.number)


def _scheduled(candidate: Candidate, conversations: list[Conversation]) -> list[Text]:
    """What somebody has scheduled in the provider's app for a record, the next one first."""
    held = [recipients.read_number(typed, candidate.region).e164 for typed in candidate.numbers]
    numbers = {number for number in held if number} | {conversation.number for conversation in conversations}
    waiting = Text.objects.filter(status=TextStatus.SCHEDULED, number__in=numbers).select_related("sender")
    return [
        text
        for text in waiting.prefetch_related("attachments").order_by("scheduled_at")[:TEXTS_SHOWN]
        if candidate.key in [found.key for found in inbound.who_is_it(text.line_id, text.number)]
    ]


def text_count(keys: Collection[RecordKey]) -> int:
    records = ConversationRecord.objects.filter(of_records(keys))
    return Text.objects.filter(conversation__in=records.values("conversation")).count()


def _opt_out(candidate: Candidate, open_one: Conversation | None) -> OptOut | None:
    """The opt-out in force of the number a reply or a new text would go to."""
    chosen = recipients.choose_number(candidate.numbers, candidate.region)
    numbers = [open_one.number] if open_one else []
    in_force = compliance.opted_out([*numbers, chosen.e164] if chosen else numbers)
    return next(iter(in_force.values()), None)
