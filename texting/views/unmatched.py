"""The tray of conversations that belong to nobody for certain: link, make a record, or dismiss; and undo it."""

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
from texting.models import Conversation, Text, WrongLink
from texting.seam import RecordKey
from texting.seam_help import get_visible
from texting.views.answers import may_send, page_or_part
from texting.views.inbox import of_user

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.http import HttpRequest, HttpResponse

    from texting.models.conversation import ConversationQuerySet
    from texting.seam import Candidate, NewRecord
    from texting.views.answers import SignedInRequest

ROWS = 20
# The latest of a conversation.
TEXTS_SHOWN = 50
# The number of an office is on the record of everybody there.
HOLDERS_SHOWN = 20


class Row(NamedTuple):
    """An unmatched conversation with its latest texts, who holds its number, and which records may be made for it.

    `holders` are the first of `holder_count`. `wrong` are the keys of those of whom somebody has said that the number
    is not theirs.
    """

    conversation: Conversation
    texts: list[Text]
    has_earlier: bool
    holders: list[Candidate]
    holder_count: int
    wrong: set[RecordKey]
    new_records: list[NewRecord]


@may_send
@require_safe
def tray(request: SignedInRequest) -> HttpResponse:
    found = with_latest_texts(of_user(request.user).unmatched(), TEXTS_SHOWN).order_by("-last_text_at", "-pk")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    rows = tray_rows(request.user, list(page), TEXTS_SHOWN)
    context = {"page": page, "rows": rows, "base": page_or_part(request, "tray")}
    return render(request, "texting/inbox/unmatched.html", context)


def with_latest_texts(found: ConversationQuerySet, most: int) -> ConversationQuerySet:
    """With one more than is shown, which tells whether there are earlier ones."""
    texts = Text.objects.select_related("sender").prefetch_related("attachments").order_by("-pk")[: most + 1]
    return found.select_related("line").prefetch_related(Prefetch("texts", texts, to_attr="latest_texts"))


def tray_rows(user: AbstractUser, conversations: list[Conversation], most: int) -> list[Row]:
    """Conversations `with_latest_texts` as they are decided about."""
    holders = seam.match_numbers({conversation.number for conversation in conversations})
    visible = seam.visible(user, [holder.key for found in holders.values() for holder in found])
    wrong = WrongLink.of_numbers(holders)
    rows = []
    for one in conversations:
        seen = [visible[holder.key] for holder in holders[one.number] if holder.key in visible]
        rows.append(
            Row(
                one,
                one.latest_texts[:most],  # type: ignore[attr-defined]
                has_earlier=len(one.latest_texts) > most,  # type: ignore[attr-defined]
                holders=seen[:HOLDERS_SHOWN],
                holder_count=len(seen),
                wrong=wrong.get(one.number, set()),
                new_records=seam.new_records(user, one.number, one.pk),
            )
        )
    return rows


@require_POST
@may_send
def link(request: SignedInRequest, conversation_id: int) -> HttpResponse:
    conversation = _find(request.user, conversation_id)
    candidate = _chosen(request)
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


@require_POST
@may_send
def put_back(request: SignedInRequest, conversation_id: int) -> HttpResponse:
    conversation = _find(request.user, conversation_id)
    try:
        wrong = unmatched.put_back(request.user, conversation)
    except unmatched.AlreadyDecided:
        messages.info(request, _("Nothing was changed: it was answered, logged or put back in the meantime."))
    else:
        messages.success(request, _("Back in the tray. Say whose texts these are."))
        for holder in [one for one in seam.match_number(conversation.number) if one.key == wrong]:
            words = _(
                "The number is still on the record of %(name)s. Take it off there, or Send Text goes on using it."
            )
            messages.warning(request, words % {"name": holder.name})
    return redirect("texting:conversation", conversation_id)


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
    user: AbstractUser = request.user  # type: ignore[assignment]  # who sees it is signed in
    is_holder = candidate.key in [holder.key for holder in seam.match_number(conversation.number)]
    try:
        # Where nobody may be able to see the record, its number speaks for it, not one who happens to.
        unmatched.link(user, conversation, candidate, Conversation.objects.all() if is_holder else of_user(user))
    except unmatched.AlreadyDecided:
        messages.info(request, _("Somebody has decided this one already."))
    except LogFailed as error:
        messages.error(request, _("Not linked: %(why)s") % {"why": " ".join(error.failures.values())})
    else:
        if is_holder:
            words = _("Linked to %(name)s. Texts from this number go to this record from now on.")
        else:
            words = _(
                "Linked to %(name)s. Add the number to the record too, so that Send Text can use it and texts from it "
                "to other lines come here."
            )
        messages.success(request, words % {"name": candidate.name})
        return True
    return False


def _find(user: AbstractUser, conversation_id: int) -> Conversation:
    return get_visible(of_user(user), conversation_id)


def _chosen(request: SignedInRequest) -> Candidate | None:
    """The record that somebody has said the texts belong to; None for none that they may see."""
    try:
        key = RecordKey.parse(request.POST.get("key", ""))
    except ValueError:
        return None
    return seam.visible(request.user, [key]).get(key)


def _visible_holders(user: AbstractUser, number: str) -> list[Candidate]:
    """The records that hold a number and that `user` may see."""
    return list(seam.visible(user, [candidate.key for candidate in seam.match_number(number)]).values())
