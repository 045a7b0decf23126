"""The tray of conversations that belong to nobody for certain: link, make a record, or dismiss."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from texting import seam, unmatched
from texting.conversations import LogFailed
from texting.models import Conversation, Text
from texting.seam_help import get_visible
from texting.views.answers import may_send
from texting.views.inbox import of_user

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.http import HttpRequest, HttpResponse

    from texting.seam import Candidate, NewRecord, RecordKey
    from texting.views.answers import SignedInRequest

ROWS = 20
# The latest of a conversation.
TEXTS_SHOWN = 50


class Row(NamedTuple):
    """An unmatched conversation with its latest texts, who holds its number, and which records may be made for it."""

    conversation: Conversation
    texts: list[Text]
    has_earlier: bool
    holders: list[Candidate]
    new_records: list[NewRecord]


@may_send
@require_safe
def tray(request: SignedInRequest) -> HttpResponse:
    found = of_user(request.user).unmatched().select_related("line")
    texts = Text.objects.select_related("sender").prefetch_related("attachments").order_by("-pk")
    found = found.prefetch_related(Prefetch("texts", texts[: TEXTS_SHOWN + 1], to_attr="latest_texts")).order_by(
        "-last_text_at", "-pk"
    )
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    rows = _rows(request.user, list(page))
    return render(request, "texting/inbox/unmatched.html", {"page": page, "rows": rows})


def _rows(user: AbstractUser, conversations: list[Conversation]) -> list[Row]:
    holders = {
        number: [candidate.key for candidate in seam.match_number(number)]
        for number in {conversation.number for conversation in conversations}
    }
    visible = seam.visible(user, [key for keys in holders.values() for key in keys])
    return [_row(user, one, [visible[key] for key in holders[one.number] if key in visible]) for one in conversations]


def _row(user: AbstractUser, conversation: Conversation, holders: list[Candidate]) -> Row:
    latest: list[Text] = conversation.latest_texts  # type: ignore[attr-defined]
    return Row(
        conversation,
        latest[:TEXTS_SHOWN],
        len(latest) > TEXTS_SHOWN,
        holders,
        seam.new_records(user, conversation.number, conversation.pk),
    )


@require_POST
@may_send
def link(request: SignedInRequest, conversation_id: int) -> HttpResponse:
    conversation = _find(request.user, conversation_id)
    wanted = request.POST.get("key", "")
    holders = _visible_holders(request.user, conversation.number)
    candidate = next((holder for holder in holders if str(holder.key) == wanted), None)
    if candidate is None:
        messages.error(request, _("Choose who this number belongs to."))
    else:
        _link(request, conversation, candidate)
    return redirect("texting:unmatched")


@require_POST
@may_send
def dismiss(request: SignedInRequest, conversation_id: int) -> HttpResponse:
    conversation = _find(request.user, conversation_id)
    note = request.POST.get("note", "").replace("\x00", "").strip()
    if not note:
        messages.error(request, _("Say in a note why nothing is to be done; it is kept with the conversation."))
        return redirect("texting:unmatched")
    try:
        unmatched.dismiss(request.user, conversation, note)
    except unmatched.AlreadyDecided:
        messages.info(request, _("Somebody has decided this one already."))
    else:
        messages.success(request, _("Dismissed. The texts are kept."))
    return redirect("texting:unmatched")


def link_new_record(request: HttpRequest, conversation_id: int, key: RecordKey) -> HttpResponse | None:
    """Give a conversation to the record that its reader has just made for it; None when it is not theirs to give.

    What `seam.record_made` calls. The record keeps the number, or nothing is linked.
    """
    user = request.user
    if not user.is_authenticated or not user.has_perm("texting.send"):
        return None
    conversation = of_user(user).filter(pk=conversation_id).first()
    if conversation is None:
        return None
    candidate = next((one for one in _visible_holders(user, conversation.number) if one.key == key), None)
    if candidate is None:
        messages.warning(request, _("The texts were not linked: the new record does not hold their number."))
        return redirect("texting:unmatched")
    is_linked = _link(request, conversation, candidate)
    return HttpResponseRedirect(f"{candidate.url}#texts") if is_linked else redirect("texting:unmatched")


def _link(request: HttpRequest, conversation: Conversation, candidate: Candidate) -> bool:
    try:
        unmatched.link(request.user, conversation, candidate)  # type: ignore[arg-type]  # who sees it is signed in
    except unmatched.AlreadyDecided:
        messages.info(request, _("Somebody has decided this one already."))
    except LogFailed as error:
        messages.error(request, _("Not linked: %(why)s") % {"why": " ".join(error.failures.values())})
    else:
        words = _("Linked to %(name)s. Texts from this number go to this record from now on.")
        messages.success(request, words % {"name": candidate.name})
        return True
    return False


def _find(user: AbstractUser, conversation_id: int) -> Conversation:
    return get_visible(of_user(user), conversation_id)


def _visible_holders(user: AbstractUser, number: str) -> list[Candidate]:
    """The records that hold a number and that `user` may see."""
    return list(seam.visible(user, [candidate.key for candidate in seam.match_number(number)]).values())
