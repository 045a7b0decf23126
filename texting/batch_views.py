"""Batches: the list, one batch with what became of everyone in it, and stopping what has not left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, CharField, Count, F, IntegerField, Min, Q, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from texting import dispatch, lines, seam
from texting.models import Batch, Draft, Recipient
from texting.vocabulary import TextStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from texting.requests import SignedInRequest

ROWS = 50
NOT_TEXTED = "not_texted"
# In the order of the meter; what needs a person stands out by its colour there and comes first in the table.
SHOWN = ["delivered", "sent", "sending", "queued", "unconfirmed", "failed", "undelivered"]
SHOWN_LAST = ["blocked", "canceled", "expired", NOT_TEXTED]
NEEDS_PERSON = ["failed", "undelivered", NOT_TEXTED, "unconfirmed"]
IN_MOTION = ["queued", "sending"]

may_send = permission_required("texting.send", raise_exception=True)


@dataclass(frozen=True)
class Progress:
    """How many people of a batch are in which state; the counts add up to everyone chosen.

    `text_counts` counts texts, of which people who share a number have one. `next_due_at` is when the next queued text
    may leave. `is_moving` tells whether news is to be expected soon.
    """

    counts: dict[str, int]
    text_counts: dict[str, int]
    next_due_at: datetime | None

    @property
    def people(self) -> int:
        return sum(self.counts.values())

    @property
    def texts(self) -> int:
        return sum(self.text_counts.values())

    @property
    def taken(self) -> int:
        """Texts that ZipWhip took, whatever became of them after."""
        return sum(self.text_counts.get(status, 0) for status in ("sent", "delivered", "undelivered"))

    @property
    def is_moving(self) -> bool:
        return any(self.text_counts.get(status) for status in [*IN_MOTION, "sent", "unconfirmed"])

    @property
    def can_cancel(self) -> bool:
        return bool(self.text_counts.get("queued"))

    @property
    def segments(self) -> list[tuple[str, int]]:
        return [(status, self.counts[status]) for status in [*SHOWN, *SHOWN_LAST] if self.counts.get(status)]

    @property
    def text_segments(self) -> list[tuple[str, int]]:
        return [(status, self.text_counts[status]) for status in [*SHOWN, *SHOWN_LAST] if self.text_counts.get(status)]


def progress(batch: Batch) -> Progress:
    with_status = recipients_with_status(batch)
    people = with_status.values_list("shown_status").annotate(Count("pk")).order_by()
    texts = batch.texts.values_list("status").annotate(Count("pk")).order_by()
    due = batch.texts.filter(status=TextStatus.QUEUED).aggregate(at=Min("due_at"))["at"]
    return Progress(dict(people), dict(texts), due)


def recipients_with_status(batch: Batch) -> QuerySet[Any]:
    """Recipients with `shown_status`, a text's or not_texted, and `needs`: 0 for those who need a person."""
    return Recipient.objects.filter(batch=batch).annotate(
        shown_status=Coalesce(F("text__status"), Value(NOT_TEXTED), output_field=CharField()),
        needs=Case(When(shown_status__in=NEEDS_PERSON, then=0), default=1, output_field=IntegerField()),
    )


def find_batch(user: AbstractUser, **by: Any) -> Batch:
    """A batch that `user` sent, or that left from a line they may send from. Raises Http404."""
    batch = Batch.objects.select_related("sender", "line").filter(**by).first()
    if batch is None or not _may_see(user, batch):
        raise Http404
    return batch


def _may_see(user: AbstractUser, batch: Batch) -> bool:
    if batch.sender_id == user.pk or user.has_perm("texting.manage_lines"):
        return True
    return user.has_perm("texting.send") and batch.line in lines.for_user(user)


def _may_cancel(user: AbstractUser, batch: Batch) -> bool:
    return batch.sender_id == user.pk or user.has_perm("texting.manage_lines")


def _hide_unseen(user: AbstractUser, batch: Batch, rows: Iterable[Recipient]) -> None:
    """Who shares a line sees what was sent from it, but not the records of branches that are not theirs."""
    if _may_cancel(user, batch):
        return
    visible = {
        candidate.key
        for record_type in seam.record_types()
        for candidate in record_type.candidates(
            user, [row.record_id for row in rows if row.record_type == record_type.key]
        )
    }
    for row in rows:
        if row.key not in visible:
            row.name, row.number, row.number_as_entered, row.url, row.ident = "A record you cannot see", "", "", "", ""


@may_send
def batches(request: SignedInRequest) -> HttpResponse:
    found = (
        Batch.objects.filter(is_reply=False, sender_id=request.user.pk)
        .select_related("line", "sender")
        .annotate(
            people=Count("recipients"),
            not_texted=Count("recipients", filter=Q(recipients__text__isnull=True)),
            waiting=Count("recipients", filter=Q(recipients__text__status__in=IN_MOTION)),
            needing=Count("recipients", filter=Q(recipients__text__status__in=NEEDS_PERSON)),
        )
        .order_by("-created_at", "-pk")
    )
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    drafts = Draft.objects.filter(user_id=request.user.pk).exclude(body="").order_by("-updated_at")
    unsent = drafts.exclude(pk__in=Batch.objects.filter(draft_id__isnull=False).values("draft_id"))
    return render(request, "texting/batches/list.html", {"page": page, "drafts": unsent[:20]})


def batch(request: SignedInRequest, batch_id: int) -> HttpResponse:
    found = find_batch(request.user, pk=batch_id)
    wanted = request.GET.get("status", "")
    rows = recipients_with_status(found).select_related("text").order_by("needs", "pk")
    if wanted == "needs_person":
        rows = rows.filter(needs=0)
    elif wanted:
        rows = rows.filter(shown_status=wanted)
    now = progress(found)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    _hide_unseen(request.user, found, page.object_list)
    context = {
        "batch": found,
        "progress": now,
        "page": page,
        "may_cancel": now.can_cancel and _may_cancel(request.user, found),
        "wanted": wanted,
        "needing": sum(now.counts.get(status, 0) for status in NEEDS_PERSON),
        "people_words": f"{now.people} people" if now.people != 1 else "1 person",
    }
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
        messages.success(request, f"{count} {'text' if count == 1 else 'texts'} will not leave any more.")
    else:
        messages.info(request, "Nothing was left to cancel: every text has gone already.")
    return redirect(found)
