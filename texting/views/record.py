"""The texts on a record, asked for again and again, and a reply to them."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from texting import dispatch, drafts, lines, placeholders, seam, sources
from texting.forms.compose import ComposeForm
from texting.models import Conversation, Draft
from texting.seam import RecordKey
from texting.seam_help import Hidden, note_hidden
from texting.segments import normalise_body
from texting.views.answers import may_send
from texting.views.panel import other_records, panel
from texting.vocabulary import LineState

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    from texting.seam import Candidate
    from texting.views.answers import SignedInRequest


@require_safe
def record_texts(request: SignedInRequest, record_type: str, record_id: int) -> HttpResponse:
    """The panel of a record's texts, asked for again every few seconds."""
    candidate = find_candidate(request.user, RecordKey(record_type, record_id))
    return render(request, "texting/records/panel.html", panel(request.user, candidate))


@require_POST
@may_send
def reply(request: SignedInRequest, conversation_id: int) -> HttpResponse:
    """Send a text to the other party of a conversation, from its line. `key` makes a double click one text.

    One that cannot leave comes back with what was typed.
    """
    conversation = Conversation.objects.select_related("line").filter(pk=conversation_id).first()
    if conversation is None:
        raise Http404
    candidates = visible_records(request.user, conversation)
    if not candidates:
        raise Hidden
    form = ComposeForm({**request.POST.dict(), "line": conversation.line_id}, lines=lines.for_user(request.user))
    if form.is_valid():
        refusal = _send_reply(request, conversation, candidates, form.cleaned_data["body"])
    else:
        if "line" in form.errors and conversation.line.state != LineState.REMOVED:
            note_hidden(request)
        why = " ".join(str(error) for errors in form.errors.values() for error in errors)
        refusal = Refusal(_("Not sent. %(why)s") % {"why": why}, about_sender="line" in form.errors)
    written_on = _written_on(request, candidates)
    return _refused(request, conversation, written_on, refusal) if refusal else redirect(f"{written_on.url}#texts")


class Refusal(NamedTuple):
    """Why a reply was not sent; `may_insist` where it can leave all the same, `about_sender` where that is why."""

    words: str
    may_insist: bool = False
    about_sender: bool = False


def _refused(
    request: SignedInRequest, conversation: Conversation, candidate: Candidate, refusal: Refusal
) -> HttpResponse:
    """The page that says why, with what was typed and a new key."""
    typed = normalise_body(request.POST.get("body", ""))
    context = {
        "conversation": conversation,
        "candidate": candidate,
        "refusal": refusal,
        "typed": typed,
        "key": uuid.uuid4(),
    }
    return render(request, "texting/records/refused.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _written_on(request: SignedInRequest, candidates: list[Candidate]) -> Candidate:
    """The record that a reply was written on: one of the conversation's, or another record of the same human."""
    first = candidates[0]
    shown = {str(candidate.key): candidate for candidate in [*other_records(request.user, first), *candidates]}
    return shown.get(request.POST.get("record", ""), first)


def _send_reply(
    request: SignedInRequest, conversation: Conversation, candidates: list[Candidate], body: str
) -> Refusal | None:
    """None when it is on its way."""
    draft = _reply_draft(request, conversation, candidates)
    if placeholders.names_in(body):
        drafts.check_again(draft)
        unfilled = _unfilled(draft, body)
        if unfilled and "as_it_stands" not in request.POST:
            words = _("Not sent yet: there is nothing to fill in for %(names)s. Correct it, or send it as it stands.")
            return Refusal(words % {"names": ", ".join(unfilled)}, may_insist=True)
    try:
        dispatch.send_batch(request.user, dispatch.Composed(draft, conversation.line, body, is_reply=True))
    except dispatch.NobodyToText as nobody:
        return Refusal(_("Not sent. %(why)s") % {"why": nobody.reply_words})
    except dispatch.AlreadySent:
        return Refusal(_("Not sent: another reply left from that page already. Press Reply to send this one as well."))
    except dispatch.LineNotUsable:
        words = _("Not sent: the line was removed, or is no longer yours. Use Send Text to write from another line.")
        return Refusal(words, about_sender=True)
    return None


def _unfilled(draft: Draft, body: str) -> list[str]:
    """The placeholders of a body, in braces, for which no record of the draft says anything."""
    values = list(draft.people.accepted().values_list("merge_values", flat=True))
    filled = {name for of_one in values for name, value in of_one.items() if value}
    # Where nobody can be texted, that is what is to be said.
    return [f"{{{name}}}" for name in placeholders.unknown_in(body, filled)] if values else []


def _reply_draft(request: SignedInRequest, conversation: Conversation, candidates: list[Candidate]) -> Draft:
    """A draft without words, so that a reply that was refused is not listed among what is still to be sent."""
    numbers = {str(candidate.key): conversation.number for candidate in candidates}
    draft, _created = Draft.objects.get_or_create(
        pk=_key(request),
        defaults={
            "user_id": request.user.pk,
            "selection": [candidate.key for candidate in candidates],
            "chosen_numbers": numbers,
            "line": conversation.line,
            "source": sources.REPLY,
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
        raise Hidden if seam.describe([key]) else Http404
    return found


def visible_records(user: AbstractUser, conversation: Conversation) -> list[Candidate]:
    """The records of a conversation that `user` may see."""
    return list(seam.visible(user, [record.key for record in conversation.records.order_by("pk")]).values())
