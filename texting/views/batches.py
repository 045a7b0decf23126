"""A batch with what became of everyone in it; stopping what has not left, and texting some of them again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from texting import again as texting_again
from texting import decisions, dispatch, drafts, lines, seam, sources, standstill
from texting.models import Batch, Recipient
from texting.progress import NOT_REACHED, count_people, counted_once, in_order, progress, segments_in_all, with_status
from texting.replies import attach_replies, who_replied
from texting.seam_help import Hidden
from texting.views.answers import SeeOther, may_send
from texting.vocabulary import Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet

    from texting.progress import Progress
    from texting.views.answers import SignedInRequest

ROWS = 50
# On one page, to be printed.
ROWS_PRINTED = 2000
# How long answers are waited for, once everything is settled.
WATCHED = timedelta(days=1)
NEEDS_PERSON = "needs_person"
REPLIED = "replied"


def find_batch(user: AbstractUser, **by: Any) -> Batch:
    """A batch that `user` sent, or that left from a line they may send from. Raises Http404."""
    batch = Batch.objects.select_related("sender", "line").filter(**by).first()
    if batch is None:
        raise Http404
    if not _may_see(user, batch):
        raise Hidden
    return batch


@require_safe
def batch(request: SignedInRequest, batch_id: int) -> HttpResponse:
    found = find_batch(request.user, pk=batch_id)
    wanted = request.GET.get("status", "")
    now = progress(found)
    counts, needing = count_people(found)
    may_read = lines.may_read(request.user, found.line)
    rows = _filtered(found, wanted, may_read)
    printed = request.GET.get("rows") == "all"
    listed = rows.select_related("text__decided_by", "decided_by").order_by("needs", "pk")
    pages = Paginator(listed, ROWS_PRINTED if printed else ROWS)
    page = pages.get_page(request.GET.get("page"))
    _name_sharers(request.user, found, page.object_list, may_read)
    if may_read:
        attach_replies(page.object_list)
    undecided = _undecided(request.user, found, counts)
    for one in page.object_list:
        one.is_undecided = one.text_id in undecided
        one.is_nobodys_fault = one.needs and one.shown_status in NOT_REACHED
    context = {
        "batch": found,
        "source": sources.words(found.source, request.user),
        "progress": now,
        "segments": in_order(counts),
        "segment_count": segments_in_all(found, now.texts),
        "page": page,
        "may_cancel": now.cancelable and not found.canceled_at and _may_cancel(request.user, found),
        "standstill": standstill.of_line(found.line) if now.waiting else None,
        "wanted": wanted,
        "may_read": may_read,
        "asked_every": None if printed else _asked_every(found, now),
        "needing": needing,
        "undecided": len(undecided),
        "first_undecided": max(undecided, default=0),
    }
    if request.user.has_perm("texting.send") and not now.queuing:
        listed_count = counted_once(rows, found).count() if found.doubled_count else page.paginator.count
        again_count = counted_once(_to_text_again(rows, wanted), found).count()
        context |= {"again_count": again_count, "not_again": listed_count - again_count}
    polled = request.headers.get("HX-Target") == "batch-live"
    return render(request, "texting/batches/_live.html" if polled else "texting/batches/batch.html", context)


@require_POST
@may_send
def cancel(request: SignedInRequest, batch_id: int) -> HttpResponse:
    found = find_batch(request.user, pk=batch_id)
    if not _may_cancel(request.user, found):
        raise PermissionDenied
    count = dispatch.cancel_batch(request.user, found)
    if count:
        words = ngettext("%(count)d text will not leave any more.", "%(count)d texts will not leave any more.", count)
        messages.success(request, words % {"count": count})
    else:
        messages.info(request, _("Nothing was left to cancel: every text has gone already."))
    return SeeOther(found)


@require_POST
@may_send
def again(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """Begin a new text to those of a batch who have a status: a draft, in which everyone is decided about anew."""
    found = find_batch(request.user, pk=batch_id)
    status = request.POST.get("status", "")
    chosen = _filtered(found, status, lines.may_read(request.user, found.line)).order_by("pk")
    keys = list(_to_text_again(chosen, status).values_list("record_type", "record_id"))
    if not keys:
        messages.info(request, _("Nobody is left here to be texted again."))
        # Not into the dialog.
        return HttpResponse(headers={"HX-Redirect": found.get_absolute_url()}) if request.htmx else SeeOther(found)
    usable = lines.for_user(request.user)
    draft = drafts.begin(
        request.user.pk,
        keys,
        line=found.line if found.line in usable else next(iter(usable), None),
        body=found.body,
        source=sources.of_batch(found.pk),
        back_url=found.get_absolute_url(),
    )
    return SeeOther(draft)


def _to_text_again(rows: QuerySet[Any], wanted: str) -> QuerySet[Any]:
    """Who has answered has had the text, whatever we know of it."""
    return rows if wanted == REPLIED else texting_again.may_be_texted(rows)


def _asked_every(batch: Batch, now: Progress) -> int | None:
    """In how many seconds the page looks for news again, None for no more."""
    if now.is_moving:
        return 2
    return 15 if timezone.now() - batch.created_at < WATCHED else None


def _undecided(user: AbstractUser, batch: Batch, counts: Mapping[str, int]) -> set[int]:
    """The texts of a batch that wait for a decision of `user`'s; no query where none can."""
    if not user.has_perm("texting.send") or not (counts.keys() & {TextStatus.UNCONFIRMED, TextStatus.BLOCKED}):
        return set()
    return set(decisions.waiting_for(user).filter(batch=batch).values_list("pk", flat=True))


def _filtered(batch: Batch, wanted: str, may_read: bool) -> QuerySet[Any]:
    rows = with_status(batch)
    if wanted == NEEDS_PERSON:
        return rows.filter(needs=0)
    if wanted == REPLIED:
        return who_replied(rows, batch) if may_read else rows.none()
    return rows.filter(shown_status=wanted) if wanted else rows


def _may_see(user: AbstractUser, batch: Batch) -> bool:
    if batch.sender_id == user.pk or user.has_perm("texting.manage_lines"):
        return True
    return batch.line in lines.for_user(user)


def _may_cancel(user: AbstractUser, batch: Batch) -> bool:
    return batch.sender_id == user.pk or user.has_perm("texting.manage_lines")


def _name_sharers(user: AbstractUser, batch: Batch, rows: Iterable[Any], may_read: bool) -> None:
    """Give each row `sharers`, the others behind its text; those a reader may not see have no names there either.

    `is_same_person` says that the only other one is this very human on another record.
    """
    texts = [row.text_id for row in rows if row.text_id]
    others = list(Recipient.objects.filter(text__in=texts).exclude(pk__in=[row.pk for row in rows]).order_by("pk"))
    # Whom one chose oneself, one goes on seeing as long as the line is one's own.
    if not (user.has_perm("texting.manage_lines") or (may_read and batch.sender_id == user.pk)):
        _hide_unseen(user, [*rows, *others])
    behind: dict[int, list[Recipient]] = {}
    for each in [*rows, *others]:
        behind.setdefault(each.text_id, []).append(each)
    for row in rows:
        sharing = [each for each in behind[row.text_id] if each.pk != row.pk] if row.text_id else []
        row.is_same_person = bool(row.human) and {each.human for each in sharing} == {row.human}
        row.sharers = [each.shown_name for each in sharing]


def _hide_unseen(user: AbstractUser, rows: Iterable[Recipient]) -> None:
    """Who shares a line sees what was sent from it, but not the records of branches that are not theirs."""
    visible = seam.visible(user, [row.key for row in rows])
    for row in rows:
        if row.key not in visible:
            row.name, row.number, row.number_as_entered, row.url, row.ident = "", "", "", "", ""
            row.reason = row.reason and Reason.NOT_VISIBLE
