"""What the provider told us and we could not take in: the list, without bodies, and trying them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from texting import conf, intake
from texting.dispatch import wake_runners
from texting.models import WebhookEvent
from texting.models.line import owner_words
from texting.views.answers import SeeOther
from texting.views.lines import may_manage

if TYPE_CHECKING:
    from collections import Counter

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from texting.views.answers import SignedInRequest

ROWS = 50
State = WebhookEvent.State


@may_manage
@require_safe
def events(request: SignedInRequest) -> HttpResponse:
    found = _stuck().select_related("line").defer("body").order_by("-received_at", "-pk")
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    whose = owner_words([event.line for event in page])
    rows = [
        {
            "event": event,
            "whose": whose[event.line_id],
            "is_unreadable": event.state == State.MALFORMED,
            "problem": event.problem.removesuffix(intake.FAILED),
        }
        for event in page
    ]
    return render(request, "texting/events.html", {"page": page, "rows": rows})


@may_manage
@require_POST
def again(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = get_object_or_404(WebhookEvent.objects.defer("body"), pk=event_id)
    _audit(request, _stuck().filter(pk=event.pk).count())
    return _answer(request, intake.try_now([event.pk]))


@may_manage
@require_POST
def all_again(request: SignedInRequest) -> HttpResponse:
    """The oldest at once; those that are too many for that are left to the runners, who try each like a new one."""
    oldest = list(_stuck().order_by("received_at", "pk").values_list("pk", flat=True)[: intake.AT_ONCE])
    # Before they are: each is taken in by itself, and what comes in between stops the rest alone.
    _audit(request, _stuck().count())
    became = intake.try_now(oldest)
    return _answer(request, became, left=intake.try_again(_stuck().exclude(pk__in=oldest)))


def _audit(request: SignedInRequest, count: int) -> None:
    if count:
        facts = {"events": count}
        conf.audit()(actor_id=request.user.pk, action="events.taken_in_again", subject="texting:events", facts=facts)


def _stuck() -> QuerySet[WebhookEvent]:
    return WebhookEvent.objects.filter(state__in=WebhookEvent.STUCK)


def _answer(request: SignedInRequest, became: Counter[str], *, left: int = 0) -> HttpResponse:
    if became.total() + left:
        wake_runners()
    else:
        messages.info(request, _("Nothing was done: it has been taken in already, or is being tried just now."))
    _say_what_became(request, became)
    if left:
        words = ngettext(
            "%(n)d more is being tried. If it fails again it is back on this list within ten minutes.",
            "%(n)d more are being tried. What fails again is back on this list within ten minutes.",
            left,
        )
        messages.info(request, words % {"n": left})
    page = request.GET.get("page", "")
    return SeeOther(reverse("texting:events") + (f"?page={page}" if page.isdecimal() else ""))


def _say_what_became(request: SignedInRequest, became: Counter[str]) -> None:
    if taken := became[State.DONE] + became[State.KEPT]:
        words = ngettext("%(n)d notice was taken in.", "%(n)d notices were taken in.", taken)
        messages.success(request, words % {"n": taken})
    if waiting := became[State.PENDING]:
        words = ngettext(
            "%(n)d notice waits for the text it tells of.", "%(n)d notices wait for the text they tell of.", waiting
        )
        messages.info(request, words % {"n": waiting})
    if failed := became[State.MALFORMED] + became[State.QUARANTINED]:
        words = ngettext(
            "%(n)d notice failed again and stays on this list.",
            "%(n)d notices failed again and stay on this list.",
            failed,
        )
        messages.error(request, words % {"n": failed})
