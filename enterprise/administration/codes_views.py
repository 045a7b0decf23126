"""Message action codes: what messages on a record are filed under."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from enterprise.administration.codes_changes import CodeForm, save_code
from enterprise.administration.users_views import may_administer
from enterprise.messagelog.models import ActionCode
from enterprise.people.access import signed_in
from texting import seam

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class CodeRow(NamedTuple):
    """`texting` names the kinds of record whose conversations are logged under the code: "employees and contacts"."""

    code: ActionCode
    texting: str


@may_administer
@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    return _show(request)


@may_administer
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    return _edit(request, CodeForm(request.POST if request.method == "POST" else None))


@may_administer
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code_id: int) -> HttpResponse:
    if request.method != "POST":
        return _edit(request, CodeForm(instance=get_object_or_404(ActionCode, pk=code_id)))
    with transaction.atomic():
        code = get_object_or_404(ActionCode.objects.select_for_update(no_key=True), pk=code_id)
        return _edit(request, CodeForm(request.POST, instance=code))


def _edit(request: HttpRequest, form: CodeForm) -> HttpResponse:
    is_new = form.instance.pk is None
    if form.is_valid():
        try:
            is_changed = save_code(signed_in(request), form)
        except IntegrityError:
            form.add_error("name", _("Somebody has just added a code of this name."))
        else:
            if is_changed:
                words = _("Added %(name)s.") if is_new else _("Saved %(name)s.")
                messages.success(request, words % {"name": form.instance})
            else:
                messages.info(request, _("Nothing was changed."))
            return redirect("administration:codes")
    return _show(request, form)


def _show(request: HttpRequest, form: CodeForm | None = None) -> HttpResponse:
    """The list, active ones first, with the form beside it when there is one."""
    used = seam.used_filing_choices()
    rows = [_row(code, used) for code in sorted(ActionCode.objects.all(), key=lambda code: not code.is_active)]
    context = {
        "rows": rows,
        "form": form,
        # As stored, not as typed.
        "row": next((row for row in rows if form and row.code.pk == form.instance.pk), None),
    }
    return render(request, "administration/codes/list.html", context, status=422 if form and form.errors else 200)


def _row(code: ActionCode, used: dict[str, str]) -> CodeRow:
    return CodeRow(code, get_text_list([str(kind.label) for kind in code.texting_kinds(used)], _("and")))
