"""Conversations of one's lines: the inbox, a search in their texts, and the tray of those that belong to nobody yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from texting import seam, unmatched
from texting.conversations import LogFailed
from texting.models import Conversation, Line, Text
from texting.seam import RecordKey

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.http import HttpResponse

    from texting.models.conversation import ConversationQuerySet
    from texting.requests import SignedInRequest
    from texting.seam import Candidate

ROWS = 50
FOLDERS = {"unread": "Unread", "open": "Open", "all": "All"}
may_send = permission_required("texting.send", raise_exception=True)


def of_user(user: AbstractUser) -> ConversationQuerySet:
    """The conversations on the lines a user may send from; on every line for who manages lines."""
    if user.has_perm("texting.manage_lines"):
        return Conversation.objects.all()
    return Conversation.objects.filter(line__in=Line.objects.owned_by(seam.owners_for(user)))


def unread_count(user: AbstractUser) -> int:
    return of_user(user).unseen().count()


def unmatched_count(user: AbstractUser) -> int:
    return of_user(user).unmatched().count()


@may_send
def inbox(request: SignedInRequest) -> HttpResponse:
    folder = request.GET.get("folder", "open")
    query = request.GET.get("q", "").strip()
    found = of_user(request.user).select_related("line").prefetch_related("records").order_by("-last_text_at", "-pk")
    if folder == "unread":
        found = found.unseen()
    elif folder == "open":
        found = found.filter(closed_at__isnull=True)
    texts = Text.objects.filter(conversation=OuterRef("pk"))
    if query:
        found = found.filter(Exists(texts.filter(body__icontains=query)))
        texts = texts.filter(body__icontains=query)
    last = texts.order_by("-pk")
    found = found.annotate(
        last_body=Subquery(last.values("body")[:1]), last_direction=Subquery(last.values("direction")[:1])
    )
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    keys = [record.key for conversation in page for record in conversation.records.all()]
    context = {
        "page": page,
        "folder": folder,
        "folders": FOLDERS,
        "query": query,
        "urls": {key: candidate.url for key, candidate in seam.describe(keys).items()},
        "unread": unread_count(request.user),
    }
    return render(request, "texting/inbox/list.html", context)


@may_send
def tray(request: SignedInRequest) -> HttpResponse:
    """Unmatched conversations, each with its texts and who holds the number."""
    found = of_user(request.user).unmatched().select_related("line").prefetch_related("texts").order_by("-last_text_at")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    rows = [(conversation, _visible_holders(request.user, conversation.number)) for conversation in page]
    return render(request, "texting/inbox/unmatched.html", {"page": page, "rows": rows})


@require_POST
@may_send
def link(request: SignedInRequest, conversation_id: int) -> HttpResponse:
    conversation = _find(request.user, conversation_id)
    wanted = request.POST.get("key", "")
    holders = _visible_holders(request.user, conversation.number)
    candidate = next((holder for holder in holders if str(holder.key) == wanted), None)
    if candidate is None:
        messages.error(request, "Choose who this number belongs to.")
        return redirect("texting:unmatched")
    try:
        unmatched.link(request.user, conversation, candidate)
    except unmatched.AlreadyDecided:
        messages.info(request, "Somebody has decided this one already.")
    except LogFailed as error:
        messages.error(request, f"Not linked: {' '.join(error.failures.values())}")
    else:
        messages.success(request, f"Linked to {candidate.name}. Texts from this number go to this record from now on.")
    return redirect("texting:unmatched")


@require_POST
@may_send
def dismiss(request: SignedInRequest, conversation_id: int) -> HttpResponse:
    conversation = _find(request.user, conversation_id)
    note = request.POST.get("note", "").strip()
    if not note:
        messages.error(request, "Say in a note why nothing is to be done; it is kept with the conversation.")
        return redirect("texting:unmatched")
    try:
        unmatched.dismiss(request.user, conversation, note)
    except unmatched.AlreadyDecided:
        messages.info(request, "Somebody has decided this one already.")
    else:
        messages.success(request, "Dismissed. The texts are kept.")
    return redirect("texting:unmatched")


def _find(user: AbstractUser, conversation_id: int) -> Conversation:
    found = of_user(user).filter(pk=conversation_id).first()
    if found is None:
        raise Http404
    return found


def _visible_holders(user: AbstractUser, number: str) -> list[Candidate]:
    """The records that hold a number and that `user` may see."""
    keys: list[RecordKey] = [candidate.key for candidate in seam.match_number(number)]
    visible: list[Candidate] = []
    for record_type in seam.record_types():
        ids = [key.record_id for key in keys if key.record_type == record_type.key]
        visible.extend(record_type.candidates(user, ids) if ids else [])
    return visible
