"""The list of texts that wait for a person's decision, and the decisions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from texting import again, decisions, dispatch, seam, sources
from texting.models import Batch, Conversation, Recipient, Text
from texting.models.line import owner_names
from texting.seam_help import get_visible
from texting.views.answers import SeeOther, may_send, page_or_part
from texting.views.humans import humans
from texting.vocabulary import Decision, TextStatus

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.http import HttpResponse
    from django.utils.safestring import SafeString

    from texting.models import Draft
    from texting.models.text import TextQuerySet
    from texting.views.answers import SignedInRequest

ROWS = 50


def waiting_count(user: AbstractUser) -> int:
    return decisions.waiting_for(user).count() + _waiting_beside_texts(user)


def _waiting_beside_texts(user: AbstractUser) -> int:
    return decisions.batches_of_leavers(user).count() + decisions.unseen_count(user)


@may_send
@require_safe
def undecided(request: SignedInRequest) -> HttpResponse:
    """`?text=` leads to the page on which that text stands, unless a page is asked for."""
    found = decisions.waiting_for(request.user).select_related("line", "sender").order_by("-status_at", "-pk")
    number = request.GET.get("page") or _page_of(found, request.GET.get("text", ""))
    people = Prefetch("recipients", Recipient.objects.filter(decision=""))
    page = Paginator(found.prefetch_related(people), ROWS).get_page(number)
    visible = seam.visible(request.user, [one.key for text in page for one in text.recipients.all()])
    rows = [
        {
            "text": text,
            "people": humans(text.recipients.all(), visible),
            "is_ours": bool(text.recipients.all()),
            "is_unclear": text.status == TextStatus.UNCONFIRMED,
        }
        for text in page
    ]
    context = {
        "page": page,
        "rows": rows,
        **_batches(request.user),
        "waiting_count": page.paginator.count + _waiting_beside_texts(request.user),
        **_left_behind(request.user, request.GET.get("left", "")),
        "base": page_or_part(request, "undecided"),
    }
    return render(request, "texting/decisions.html", context)


def _batches(user: AbstractUser) -> dict[str, object]:
    """Leavers' batches that can be decided about at one stroke, with how many people, and who writes to them by now."""
    found = decisions.left_together(user)
    shown = list(found[:ROWS])
    left = decisions.count_left(shown)
    drafts: dict[str, list[Draft]] = {}
    for draft in again.unsent_drafts(shown):
        drafts.setdefault(draft.source, []).append(draft)
    rows = [(batch, left[batch.pk], drafts.get(sources.of_left(batch.pk), [])) for batch in shown]
    return {"batches": rows, "batch_count": found.count() if len(shown) == ROWS else len(shown)}


def _page_of(found: TextQuerySet, text_id: str) -> int:
    """The first page for a text that does not wait any more."""
    text = found.filter(pk=text_id).first() if re.fullmatch("[0-9]{1,18}", text_id) else None
    if text is None:
        return 1
    before = Q(status_at__gt=text.status_at) | Q(status_at=text.status_at, pk__gt=text.pk)
    return found.filter(before).count() // ROWS + 1


def _left_behind(user: AbstractUser, number: str) -> dict[str, object]:
    """Conversations whose rep can text no more, with the people of them that `user` may see."""
    # All of them at once: to count them first would be as much again.
    wrote_last = decisions.conversations_of_leavers(user)
    page = Paginator(list(wrote_last), ROWS).get_page(number)
    by_id = Conversation.objects.select_related("line").prefetch_related("records").in_bulk(list(page))
    shown = [by_id[pk] for pk in page]
    leavers = get_user_model()._default_manager.in_bulk({wrote_last[pk] for pk in page} - {None})
    owners = owner_names(conversation.line for conversation in shown)
    visible = seam.visible(user, [record.key for conversation in shown for record in conversation.records.all()])
    rows = [
        {
            "conversation": conversation,
            "people": humans(conversation.records.all(), visible),
            "is_known": bool(conversation.records.all()),
            "leaver": leavers.get(wrote_last[conversation.pk] or 0) or owners.get(conversation.line.owner),
        }
        for conversation in shown
    ]
    return {"left": rows, "left_page": page}


@require_POST
@may_send
def decide(request: SignedInRequest, text_id: int) -> HttpResponse:
    text = decisions.waiting_for(request.user).filter(pk=text_id).first()
    if text is None:
        get_visible(Text.objects.filter(decisions.theirs(request.user)), text_id)
        messages.info(request, _("Nothing was done: somebody has decided about this text already."))
        return _back(request)
    try:
        words = _carry_out(request, text)
    except decisions.AlreadyDecided:
        messages.info(request, _("Nothing was done: somebody has decided about this text already."))
    except decisions.AlreadySentAgain:
        words = _("Not sent: this number was sent it again already. Write to who has another by now on their record.")
        messages.error(request, words)
    except decisions.NotOurs:
        messages.error(request, _("Not sent: this text was written in ZipWhip’s own app. Send it again from there."))
    except decisions.CannotSendAgain:
        messages.error(request, _with_why(_("Not sent: you have no line to send it from.")))
    except dispatch.NobodyToText as nobody:
        messages.error(request, _("Not sent. %(why)s") % {"why": nobody.reply_words})
    except dispatch.LineNotUsable:
        messages.error(request, _with_why(_("Not sent: the line was removed, or is no longer yours.")))
    else:
        messages.success(request, words)
    return _back(request)


@require_POST
@may_send
def take_over(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """Begin a text to the people that a leaver's batch did not reach, or let them be, once that was asked."""
    batch = get_visible(Batch.objects.filter(decisions.theirs(request.user)), batch_id)
    decision, left = request.POST.get("decision"), decisions.count_left([batch])[batch.pk]
    if left and decision not in {Decision.SENT_AGAIN, Decision.DROPPED}:
        raise Http404
    if left and decision == Decision.DROPPED and "sure" not in request.POST:
        name = "texting/_let_be.html" if request.htmx else "texting/let_be.html"
        return render(request, name, {"batch": batch, "left": left})
    try:
        if decision == Decision.SENT_AGAIN:
            return SeeOther(decisions.take_over(request.user, batch))
        decisions.let_be(request.user, batch)
    except decisions.CannotSendAgain:
        messages.error(request, _with_why(_("You have no line to write to these people from.")))
    except decisions.AlreadyDecided:
        messages.info(request, _("Nothing was done: somebody has decided about these people already."))
    else:
        messages.success(request, _("Noted: these people are not texted."))
    return _back(request)


def _with_why(words: str) -> SafeString:
    """Words with the way to the page that says what is missing."""
    return format_html("{} {}", words, render_to_string("texting/_why_link.html"))


def _carry_out(request: SignedInRequest, text: Text) -> str:
    decision = request.POST.get("decision")
    if decision == Decision.ARRIVED:
        decisions.note_arrived(request.user, text)
        return _("Noted: this text arrived.")
    if decision == Decision.DROPPED:
        decisions.drop(request.user, text)
        is_unclear = text.status == TextStatus.UNCONFIRMED
        return _("Noted: this text is not sent again.") if is_unclear else _("Noted: this text is not sent.")
    if decision == Decision.SENT_AGAIN:
        decisions.send_again(request.user, text)
        if decisions.waiting().filter(pk=text.pk).exists():
            return _("Queued as a new text. Whoever has another number by now waits here still.")
        return _("Queued as a new text. What becomes of it stands on the record.")
    raise Http404


def _back(request: SignedInRequest) -> HttpResponse:
    """To the page from which it was decided."""
    page = request.GET.get("page", "")
    return SeeOther(reverse("texting:undecided") + (f"?page={page}" if page.isdecimal() else ""))
