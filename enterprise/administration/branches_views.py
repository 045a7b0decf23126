"""Branches: where people and service reps belong."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enterprise.administration import branches_changes
from enterprise.administration.branches_changes import list_branches, row_of, why_not_deactivate
from enterprise.administration.users_changes import Refused
from enterprise.administration.users_views import may_administer
from enterprise.people.access import signed_in
from enterprise.users.forms import BranchForm
from enterprise.users.models import Branch

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


def of_branch(view: Callable[[HttpRequest, Branch], HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    @wraps(view)
    def found(request: HttpRequest, branch_id: int) -> HttpResponse:
        return view(request, get_object_or_404(Branch, pk=branch_id))

    return found


@may_administer
@require_safe
def branches(request: HttpRequest) -> HttpResponse:
    return _show(request)


@may_administer
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    return _edit(request, BranchForm(request.POST if request.method == "POST" else None))


@may_administer
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, branch_id: int) -> HttpResponse:
    if request.method != "POST":
        return _edit(request, BranchForm(instance=get_object_or_404(Branch, pk=branch_id)))
    with transaction.atomic():
        branch = get_object_or_404(Branch.objects.select_for_update(no_key=True), pk=branch_id)
        return _edit(request, BranchForm(request.POST, instance=branch))


@may_administer
@require_http_methods(["GET", "HEAD", "POST"])
@of_branch
def deactivate(request: HttpRequest, branch: Branch) -> HttpResponse:
    """Ask first, or say why not."""
    if request.method != "POST":
        row = row_of(branch)
        template = "_deactivate.html" if request.headers.get("HX-Request") else "deactivate.html"
        return render(request, f"administration/branches/{template}", {"row": row, "why_not": why_not_deactivate(row)})
    try:
        if branches_changes.deactivate(signed_in(request), branch):
            words = _("%(branch)s is inactive: nothing new can be put into it.")
            messages.success(request, words % {"branch": branch})
        else:
            messages.info(request, _("%(name)s was inactive already.") % {"name": branch})
    except Refused as refused:
        messages.error(request, refused.words)
    return redirect("administration:branches")


@may_administer
@require_POST
@of_branch
def reactivate(request: HttpRequest, branch: Branch) -> HttpResponse:
    if branches_changes.reactivate(signed_in(request), branch):
        messages.success(request, _("%(name)s is active again.") % {"name": branch})
    else:
        messages.info(request, _("%(name)s was active already.") % {"name": branch})
    return redirect("administration:branches")


def _edit(request: HttpRequest, form: BranchForm) -> HttpResponse:
    is_new = form.instance.pk is None
    if form.is_valid():
        try:
            is_changed = branches_changes.save_branch(signed_in(request), form)
        except IntegrityError:
            form.add_error("name", _("Somebody has just added a branch of this name."))
        else:
            if is_changed:
                words = _("Added %(name)s.") if is_new else _("Saved %(name)s.")
                messages.success(request, words % {"name": form.instance})
            else:
                messages.info(request, _("Nothing was changed."))
            return redirect("administration:branches")
    return _show(request, form)


def _show(request: HttpRequest, form: BranchForm | None = None) -> HttpResponse:
    """The list, with the form beside it when there is one."""
    context = {
        "rows": list_branches(),
        "form": form,
        # As stored, not as typed.
        "branch": Branch.objects.filter(pk=form.instance.pk).first() if form else None,
    }
    return render(request, "administration/branches/list.html", context, status=422 if form and form.errors else 200)
