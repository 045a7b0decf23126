"""The administrator's pages: the lines with their credentials, and what the firm decides about texting."""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from texting import conf, seam
from texting import lines as lines_module
from texting.forms.line import CredentialsForm, initial_of
from texting.forms.settings import SettingsForm
from texting.models import Line, TextingSettings
from texting.views.line_list import LineRow, list_lines, row_of, today_began
from texting.vocabulary import LineState

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import AbstractUser
    from django.http import HttpRequest, HttpResponse

# Within this a second Save of the same credentials is a double click or a reload, and no mistake.
SECOND_CLICK = timedelta(minutes=2)
# So many lines that are paused are told of one by one above the list.
NOTES = 5

may_manage = permission_required("texting.manage_lines", raise_exception=True)
may_change_settings = permission_required("texting.change_textingsettings", raise_exception=True)


def of_line_in_use(view: Callable[..., HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    """Give a view its line; one that was removed meanwhile leads back to the list, which says so."""

    @wraps(view)
    def found(request: HttpRequest, line_id: int) -> HttpResponse:
        line = get_object_or_404(Line, pk=line_id)
        if line.state == LineState.REMOVED:
            messages.info(request, _("%(line)s was removed. Add it again to use it.") % {"line": line})
            return redirect("texting:lines")
        return view(request, line)

    return found


@may_manage
@require_safe
def lines(request: HttpRequest) -> HttpResponse:
    return _show(request)


@may_manage
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def add(request: HttpRequest) -> HttpResponse:
    """`?again=` names a removed line to begin with."""
    again = request.GET.get("again", "")
    removed = Line.objects.filter(pk=again, state=LineState.REMOVED).first() if again.isdecimal() else None
    form = CredentialsForm(
        request.POST if request.method == "POST" else None, initial=initial_of(removed) if removed else {}
    )
    if form.is_valid():
        try:
            line = lines_module.connect(_user(request), form.credentials)
        except lines_module.LineTaken as taken:
            if _is_second_click(taken.line, form):
                _say_it_is_there(request, taken.line)
                return redirect("texting:lines")
            words = _("%(line)s is connected already: it is the line of %(owner)s.")
            form.add_error("username", words % {"line": taken.line, "owner": taken.line.owner_name})
            return _show(request, form, taken=taken.line, status=422)
        except lines_module.ConnectionFailed as failure:
            form.add_error(failure.field or None, _("%(problem)s Nothing was saved.") % {"problem": failure.words})
        else:
            _say_whether_connected(request, line)
            return redirect("texting:lines")
    return _show(request, form, status=422 if form.errors else 200)


@may_manage
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@of_line_in_use
def edit(request: HttpRequest, line: Line) -> HttpResponse:
    form = CredentialsForm(request.POST if request.method == "POST" else None, line=line, initial=initial_of(line))
    if form.is_valid():
        try:
            _change(request, line, form)
        except lines_module.ConnectionFailed as failure:
            form.add_error(failure.field or None, _("%(problem)s Nothing was changed.") % {"problem": failure.words})
        else:
            return redirect("texting:lines")
    return _show(request, form, status=422 if form.errors else 200)


@may_manage
@require_POST
@of_line_in_use
def check(request: HttpRequest, line: Line) -> HttpResponse:
    """Test a line, and put right what a test can: a dead session, webhooks that are missing."""
    was_connecting = line.state == LineState.CONNECTING
    try:
        lines_module.check(line)
    except lines_module.ConnectionFailed as failure:
        messages.error(request, _("%(line)s: %(problem)s") % {"line": line, "problem": failure.words})
        return _back(request, line)
    is_complete = lines_module.finish_connecting(line)
    row = _row(line)
    if was_connecting or not is_complete:
        _say_whether_connected(request, line)
    elif row.is_paused:
        words = _("ZipWhip accepts %(line)s. It is still paused: resume it to let texts out.")
        messages.success(request, words % {"line": line})
    else:
        words = _("%(line)s works: ZipWhip answered, and %(hooks)s are registered.")
        messages.success(request, words % {"line": line, "hooks": _hooks(row)})
    return _back(request, line)


@may_manage
@require_POST
@of_line_in_use
def pause(request: HttpRequest, line: Line) -> HttpResponse:
    if lines_module.pause(_user(request), line, now=timezone.now()):
        words = _(
            "Paused %(line)s. Its texts wait until you resume it; what cannot leave within %(hours)d hours expires. "
            "Answers still come in."
        )
        messages.success(request, words % {"line": line, "hours": conf.hours_to_live()})
    else:
        messages.info(request, _("%(line)s was paused already.") % {"line": line})
    return _back(request, line)


@may_manage
@require_POST
@of_line_in_use
def resume(request: HttpRequest, line: Line) -> HttpResponse:
    if line.state != LineState.PAUSED:
        messages.info(request, _("%(line)s is not paused.") % {"line": line})
        return _back(request, line)
    try:
        is_resumed = lines_module.resume(_user(request), line)
    except lines_module.ConnectionFailed as failure:
        messages.error(request, _("%(line)s stays paused. %(problem)s") % {"line": line, "problem": failure.words})
        return _back(request, line)
    if is_resumed:
        messages.success(request, _("%(line)s sends again.") % {"line": line})
    else:
        words = _("%(line)s stays paused: ZipWhip answers, but only %(hooks)s are registered. Try again.")
        messages.error(request, words % {"line": line, "hooks": _hooks(_row(line))})
    return _back(request, line)


@may_manage
@require_http_methods(["GET", "HEAD", "POST"])
@of_line_in_use
def remove(request: HttpRequest, line: Line) -> HttpResponse:
    """Ask first; the question is a dialog where scripts run and a page where they don't."""
    if request.method != "POST":
        template = "_remove.html" if request.headers.get("HX-Request") else "remove.html"
        return render(request, f"texting/lines/{template}", {"row": _row(line)})
    try:
        count = lines_module.remove(_user(request), line, now=timezone.now())
    except lines_module.LineGuarded:
        words = _(
            "%(line)s was not removed: nobody knows yet which of its queued texts have left. Wait until ZipWhip has "
            "answered, or press “Send without asking”: then you decide about each of them."
        )
        messages.error(request, words % {"line": line})
        return redirect("texting:line", line.pk)
    if count:
        words = ngettext(
            "Removed %(line)s. %(count)d queued text was blocked. Its history is kept.",
            "Removed %(line)s. %(count)d queued texts were blocked. Its history is kept.",
            count,
        )
    else:
        words = _("Removed %(line)s. Its history is kept.")
    messages.success(request, words % {"line": line, "count": count})
    return redirect("texting:lines")


@may_change_settings
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def settings(request: HttpRequest) -> HttpResponse:
    stored = TextingSettings.current()
    if request.method == "POST":
        stored = TextingSettings.objects.select_for_update().get(pk=stored.pk)
    form = SettingsForm(request.POST if request.method == "POST" else None, settings=stored)
    if form.is_valid():
        if form.save(_user(request)):
            messages.success(request, _("Saved. The new settings hold from now on, for open conversations too."))
        else:
            messages.info(request, _("Nothing was changed."))
        return redirect("texting:settings")
    return render(request, "texting/settings.html", {"form": form}, status=422 if form.errors else 200)


def _show(
    request: HttpRequest, form: CredentialsForm | None = None, *, taken: Line | None = None, status: int = 200
) -> HttpResponse:
    """The list, with the form beside it when there is one."""
    kinds = {kind.key: seam.kind_words(kind) for kind in seam.owner_kinds()}
    asked = request.GET.get("owner", "")
    wanted = asked if asked in kinds else ""
    rows = list_lines(owner_kind=wanted, midnight=today_began())
    stopped = [row for row in rows if row.is_paused or row.is_connecting]
    context: dict[str, Any] = {
        "rows": rows,
        "stopped": stopped[:NOTES],
        "more_stopped_count": max(len(stopped) - NOTES, 0),
        "kinds": sorted(kinds.items(), key=lambda kind: kind[1]),
        "wanted": wanted,
        "form": form,
        "taken": taken,
        "hours_to_live": conf.hours_to_live(),
    }
    return render(request, "texting/lines/list.html", context, status=status)


def _back(request: HttpRequest, line: Line) -> HttpResponse:
    """To the page whose button was pressed: the line's own, or the list."""
    return redirect("texting:line", line.pk) if "on_page" in request.POST else redirect("texting:lines")


def _change(request: HttpRequest, line: Line, form: CredentialsForm) -> None:
    """The login first: when it fails, nothing is changed. Raises ConnectionFailed."""
    is_new_owner = form.owner != line.owner
    if form.is_new_login:
        credentials = form.credentials
        lines_module.change_password(_user(request), line, username=credentials.username, password=credentials.password)
    if is_new_owner:
        lines_module.change_owner(_user(request), line, form.owner)
    if form.is_new_login:
        _say_whether_connected(request, line)
    elif is_new_owner:
        words = _("Saved. %(line)s is the line of %(owner)s now.")
        messages.success(request, words % {"line": line, "owner": line.owner_name})
    else:
        messages.info(request, _("Nothing was changed."))


def _is_second_click(line: Line, form: CredentialsForm) -> bool:
    is_recent = line.state_changed_at > timezone.now() - SECOND_CLICK
    return is_recent and (line.owner, line.username) == (form.owner, form.credentials.username)


def _say_it_is_there(request: HttpRequest, line: Line) -> None:
    if line.state == LineState.CONNECTED:
        words = _("%(line)s is connected for %(owner)s. It was added once.")
        messages.success(request, words % {"line": line, "owner": line.owner_name})
    else:
        words = _("%(line)s is being connected. Reload this page in a moment to see how it went.")
        messages.info(request, words % {"line": line})


def _say_whether_connected(request: HttpRequest, line: Line) -> None:
    row = _row(line)
    if line.state == LineState.CONNECTED and row.hook_count == row.wanted_hook_count:
        words = _("Connected %(line)s for %(owner)s. %(hooks)s are registered.")
        messages.success(request, words % {"line": line, "owner": row.owner_name, "hooks": _hooks(row)})
    elif line.state == LineState.PAUSED:
        words = _("Saved. ZipWhip accepts %(line)s; it stays paused until you resume it.")
        messages.info(request, words % {"line": line})
    else:
        words = _("Logged in to %(line)s, but only %(hooks)s are registered, so not all answers would arrive.")
        messages.warning(request, words % {"line": line, "hooks": _hooks(row)})


def _hooks(row: LineRow) -> str:
    return _("%(count)d of %(wanted)d webhooks") % {"count": row.hook_count, "wanted": row.wanted_hook_count}


def _row(line: Line) -> LineRow:
    return row_of(line, midnight=today_began())


def _user(request: HttpRequest) -> AbstractUser:
    """Of a view that asks for a permission, which nobody anonymous has."""
    return cast("AbstractUser", request.user)
