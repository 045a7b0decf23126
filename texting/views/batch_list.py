"""The list of batches: whose, what became of them, and the drafts that were not sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from texting import lines
from texting.models import Batch, Draft, Recipient, Text
from texting.progress import (
    BY_REASON,
    IN_MOTION,
    NOT_TEXTED_NEEDING,
    REASONS_NEEDING,
    Progress,
    is_stalled,
    texts_needing,
)
from texting.views.answers import may_send
from texting.vocabulary import Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from texting.views.answers import SignedInRequest

ROWS = 25
DRAFTS = 20
LONGEST_QUERY = 200
SCOPES = {"mine": _("Mine"), "lines": _("From my lines"), "all": _("All")}
STATUSES = {
    "moving": _("Still being sent"),
    "needs_person": _("Needs a person"),
    "canceled": _("Canceled"),
}


@dataclass(frozen=True)
class Row:
    """`needing` counts people who were not texted for want of something, and texts that did not arrive.

    `looked_for` counts texts without an answer that ZipWhip is still asked about.
    """

    batch: Batch
    progress: Progress
    needing: int
    looked_for: int


@may_send
@require_safe
def batches(request: SignedInRequest) -> HttpResponse:
    scopes = _scopes(request.user)
    scope = request.GET.get("scope", "mine")
    scope = scope if scope in scopes else "mine"
    status = request.GET.get("status", "")
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    found = _matching(_in_scope(request.user, scope), status, query).select_related("line", "sender")
    page = Paginator(found.order_by("-created_at", "-pk"), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _rows(list(page)),
        "scopes": scopes,
        "scope": scope,
        "statuses": STATUSES,
        "status": status,
        "query": query,
        "is_filtered": bool(status or query),
        **_shown_drafts(request),
    }
    return render(request, "texting/batches/list.html", context)


def _scopes(user: AbstractUser) -> dict[str, object]:
    return {key: words for key, words in SCOPES.items() if key != "all" or user.has_perm("texting.manage_lines")}


def _in_scope(user: AbstractUser, scope: str) -> QuerySet[Batch]:
    found = Batch.objects.filter(is_reply=False)
    match scope:
        case "all":
            return found
        case "lines":
            return found.filter(line__in=lines.for_user(user))
        case _:
            return found.filter(sender_id=user.pk)


def _matching(found: QuerySet[Batch], status: str, query: str) -> QuerySet[Batch]:
    texts = Text.objects.filter(batch=OuterRef("pk"))
    people = Recipient.objects.filter(batch=OuterRef("pk"), text__isnull=True)
    match status:
        case "moving":
            found = found.filter(Q(is_pending=True) | Exists(texts.filter(status__in=IN_MOTION)))
        case "needs_person":
            found = found.filter(Exists(texts.filter(texts_needing())) | Exists(people.filter(NOT_TEXTED_NEEDING)))
        case "canceled":
            found = found.filter(canceled_at__isnull=False)
    for word in query.split():
        named = Q(sender__first_name__icontains=word) | Q(sender__last_name__icontains=word)
        found = found.filter(Q(body__icontains=word) | named)
    return found


def _rows(page: Sequence[Batch]) -> list[Row]:
    """What became of each, in three queries for all."""
    ids = [batch.pk for batch in page]
    texts: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    for pk, status, count in _counted(Text.objects.filter(batch__in=ids), "status"):
        texts[pk][status] = count
    reasons: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    for pk, reason, count in _counted(
        Recipient.objects.filter(batch__in=ids, text__isnull=True, is_counted=True), "reason"
    ):
        reasons[pk][reason] = count
    # Only these have to be looked up beside the index.
    to_look_up = [pk for pk in ids if not texts[pk].keys().isdisjoint(BY_REASON)]
    looked_for = Q(status=TextStatus.UNCONFIRMED, next_look_at__isnull=False)
    found = Text.objects.filter(texts_needing() | looked_for, batch__in=to_look_up).order_by().values_list("batch")
    unfinished = found.annotate(needing=Count("pk", filter=texts_needing()), looking=Count("pk", filter=looked_for))
    counts = {pk: (needing, looking) for pk, needing, looking in unfinished} if to_look_up else {}
    return [_row(batch, texts[batch.pk], reasons[batch.pk], *counts.get(batch.pk, (0, 0))) for batch in page]


def _row(batch: Batch, texts: dict[str, int], reasons: dict[str, int], needing: int, looked_for: int) -> Row:
    # About some of those whom the sender left somebody may have decided.
    at_most = {Reason.SENDER_INACTIVE: batch.left_count}
    for reason in REASONS_NEEDING:
        count = reasons.get(reason, 0)
        needing += min(count, at_most.get(reason, count))
    queuing = batch.people_count - batch.done_count
    return Row(batch, Progress(texts, sum(reasons.values()), queuing, is_stalled(batch)), needing, looked_for)


def _counted(rows: QuerySet[Text] | QuerySet[Recipient], by: str) -> list[tuple[int, str, int]]:
    return list(rows.order_by().values_list("batch", by).annotate(Count("pk")))


def _drafts(user: AbstractUser) -> QuerySet[Draft]:
    """What somebody began and did not send: something was written, or is being checked in the background."""
    begun = Draft.objects.light().filter(~Q(body="") | Q(is_pending=True), user_id=user.pk)
    sent = Batch.objects.filter(draft_id=OuterRef("pk"))
    return begun.filter(~Exists(sent)).order_by("-updated_at")


def _shown_drafts(request: SignedInRequest) -> dict[str, object]:
    """The latest, or all when asked for, and how many there are."""
    drafts = _drafts(request.user)
    shown = list(drafts if request.GET.get("drafts") == "all" else drafts[: DRAFTS + 1])
    if request.GET.get("drafts") == "all" or len(shown) <= DRAFTS:
        return {"drafts": shown, "draft_count": len(shown)}
    return {"drafts": shown[:DRAFTS], "draft_count": drafts.count()}
