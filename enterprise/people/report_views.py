"""The textable report as a page and as a file; each user sees the people of their branches."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from enterprise.administration import audit
from enterprise.people.access import signed_in
from enterprise.people.kinds import kinds
from enterprise.people.report import (
    HEADER,
    INVALID,
    MISSING,
    PROBLEM_LABELS,
    count_problems,
    report_rows,
    with_problem,
)
from enterprise.spreadsheets import csv_download

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import PersonQuerySet
    from enterprise.users.models import User

PER_PAGE = 50
# What the page can be narrowed to; "" is everyone.
PROBLEMS = {"": gettext_lazy("Everyone"), "any": gettext_lazy("Every problem"), **PROBLEM_LABELS}


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    open_kinds = _open_kinds(user)
    kind = next((kind for kind in open_kinds if kind.key == request.GET.get("kind")), open_kinds[0])
    problem = request.GET.get("problem", "any")
    problem = problem if problem in PROBLEMS else "any"
    visible = kind.model.objects.visible_to(user)
    related = ["branch", *([kind.parent.field] if kind.parent else [])]
    people = with_problem(visible, problem).select_related(*related).with_methods()
    context: dict[str, Any] = {
        "kinds": open_kinds,
        "kind": kind,
        "problem": problem,
        "problems": PROBLEMS,
        "counts": count_problems(visible),
        "page": Paginator(people, PER_PAGE).get_page(request.GET.get("page")),
        "may_change": user.has_perm(kind.permission("change")),
        "edit_url": f"{kind.app}:edit",
        "INVALID": INVALID,
        "MISSING": MISSING,
    }
    return render(request, "people/textable_report.html", context)


@require_safe
def download(request: HttpRequest) -> StreamingHttpResponse:
    """What the page shows, of everybody on all its pages; without `kind` of all kinds."""
    user = signed_in(request)
    asked = request.GET.get("kind", "")
    wanted_keys = {kind.key for kind in _open_kinds(user) if asked in ("", kind.key)}

    def narrow(kind: PersonKind) -> PersonQuerySet:
        people = kind.model.objects.visible_to(user)
        return people if kind.key in wanted_keys else people.none()

    facts = {"problem": request.GET.get("problem", "") if request.GET.get("problem") in PROBLEMS else ""}
    facts |= {"kind": asked} if asked in wanted_keys else {}
    audit.record(actor_id=user.pk, action="people.exported", subject="report:textable", facts=facts)
    rows = report_rows(narrow)
    problem = request.GET.get("problem", "")
    wanted = (row for row in rows if not problem or row.problem == problem or (problem == "any" and row.problem))
    return csv_download("textable-report.csv", chain([HEADER], (row.cells for row in wanted)))


def _open_kinds(user: User) -> list[PersonKind]:
    found = [kind for kind in kinds() if user.has_perm(kind.permission("view"))]
    if not found:
        raise PermissionDenied
    return found
