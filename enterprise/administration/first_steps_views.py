from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enterprise.administration.first_steps import is_usable, steps
from enterprise.administration.users_views import may_administer
from enterprise.frame.navigation import navigation_for
from enterprise.people.access import signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from enterprise.administration.first_steps import Step


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where one arrives: the first entry one may open; who administers a firm that cannot text, at what is missing."""
    user = signed_in(request)
    if user.has_perm("users.administer") and not is_usable(user):
        return redirect("administration:first-steps")
    entries = navigation_for(request)
    return redirect(entries[0].url) if entries else render(request, "frame/no_role.html")


@may_administer
@require_safe
def first_steps(request: HttpRequest) -> HttpResponse:
    """There until all are done."""
    found = steps(signed_in(request))
    if all(step.is_done for step in found):
        messages.success(request, _("Everything is set up: your firm can text."))
        return redirect("administration:index")
    shown = [_openable(request, step) for step in found]
    context = {
        "steps": shown,
        "done_count": sum(step.is_done for step in shown),
        "next": next(step.key for step in shown if not step.is_done),
    }
    return render(request, "administration/first_steps.html", context)


def _openable(request: HttpRequest, step: Step) -> Step:
    return replace(step, ways=tuple(way for way in step.ways if request.user.has_perm(way.permission)))
