"""One line: how it is, what ZipWhip tells us by webhook and when it last did, and repairing that."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from texting import conf, findings, guard, seam_help
from texting import lines as lines_module
from texting.errors import ProviderError
from texting.line_hooks import note_hooks
from texting.secrets import CannotDecrypt
from texting.sql import run
from texting.views.line_list import row_of, today_began
from texting.views.lines import may_manage, of_line_in_use
from texting.vocabulary import LineState

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from texting.line_hooks import EventHooks, LineHooks
    from texting.models import Line
    from texting.views.answers import SignedInRequest

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WebhookRow:
    hooks: EventHooks
    last_seen_at: datetime | None


@may_manage
@require_safe
@of_line_in_use
def line(request: SignedInRequest, line: Line) -> HttpResponse:
    """Without asking ZipWhip anything, so that it opens at once; the webhooks come after."""
    return render(request, "texting/lines/line.html", _about(request, line))


@may_manage
@require_safe
@of_line_in_use
def webhooks(request: SignedInRequest, line: Line) -> HttpResponse:
    """What ZipWhip says just now: a part of the line's page, or all of it where scripts don't run."""
    found, problem = _ask(line)
    context = {
        "row": row_of(line, midnight=today_began()),
        "asked": True,
        "problem": problem,
        "found": found,
        "webhooks": _rows(line, found) if found else [],
    }
    if request.htmx:
        return render(request, "texting/lines/_webhooks.html", context)
    return render(request, "texting/lines/line.html", _about(request, line) | context)


@may_manage
@require_POST
@of_line_in_use
def repair(request: SignedInRequest, line: Line) -> HttpResponse:
    try:
        is_right = lines_module.repair(request.user, line)
    except lines_module.ConnectionFailed as failure:
        messages.error(request, _("%(line)s: %(problem)s") % {"line": line, "problem": failure.words})
    else:
        if is_right:
            words = _("The webhooks of %(line)s are right: ZipWhip tells us of everything.")
        else:
            words = _("ZipWhip answered, but did not let us put right all webhooks of %(line)s. Try again.")
        messages.add_message(request, messages.SUCCESS if is_right else messages.ERROR, words % {"line": line})
    return redirect("texting:line", line.pk)


@may_manage
@require_http_methods(["GET", "HEAD", "POST"])
@of_line_in_use
def end_guard(request: SignedInRequest, line: Line) -> HttpResponse:
    """Ask first; the question is a dialog where scripts run and a page where they don't."""
    if line.guarded_since is None:
        return _guard_is_over(request, line)
    if request.method != "POST":
        template = "_end_guard.html" if request.htmx else "end_guard.html"
        context = {"row": row_of(line, midnight=today_began()), "doubtful_count": guard.doubtful_count(line)}
        return render(request, f"texting/lines/{template}", context)
    try:
        count = guard.end_by_hand(request.user, line)
    except guard.NotGuarded:
        return _guard_is_over(request, line)
    except guard.StillBeingMade:
        words = _(
            "%(line)s still waits: a worker puts the rest of a batch into its queue. Try again in a minute; if that "
            "does not help, ask whoever runs Enterprise whether a worker is running."
        )
        messages.error(request, words % {"line": line})
        return redirect("texting:line", line.pk)
    words = _("%(line)s sends again.") % {"line": line}
    if count:
        handed_over = ngettext(
            "%(count)d text that may have left waits for a decision.",
            "%(count)d texts that may have left wait for a decision.",
            count,
        )
        words = f"{words} {handed_over % {'count': count}}"
    messages.success(request, words)
    return redirect("texting:line", line.pk)


def _guard_is_over(request: SignedInRequest, line: Line) -> HttpResponse:
    messages.info(request, _("Nothing was done: %(line)s has gone on by itself.") % {"line": line})
    return redirect("texting:line", line.pk)


def last_seen(line: Line) -> dict[str, datetime]:
    """When an event of each kind last came in: one look into an index a kind."""
    events = [event.value for event in lines_module.provider_of(line).events]
    seen = run(
        """
        SELECT event, (SELECT max(received_at) FROM texting_webhookevent e WHERE e.line_id = %s AND e.event = one.event)
        FROM unnest(%s) one(event)
        """,
        [line.pk, events],
    )
    return {event: at for event, at in seen if at}


def _about(request: SignedInRequest, line: Line) -> dict[str, Any]:
    access = seam_help.find_access()
    return {
        "row": row_of(line, midnight=today_began()),
        "fix": findings.fix_of_pause(line) if line.state == LineState.PAUSED else "",
        "hours_to_live": conf.hours_to_live(),
        "history_url": access.history_url(f"line:{line.pk}")
        if access and request.user.has_perm(access.permission)
        else "",
    }


def _ask(line: Line) -> tuple[LineHooks | None, str]:
    """What the provider holds, or what keeps us from knowing."""
    try:
        lines_module.check(line)
        line.refresh_from_db()
        return note_hooks(line), ""
    except lines_module.ConnectionFailed as failure:
        return None, failure.words
    except CannotDecrypt:
        logger.exception("line %s: its webhook secret cannot be read", line.pk)
        return None, _("The secret of its webhooks cannot be read any more. Repair makes a new one.")
    except ProviderError as error:
        logger.warning("line %s: its webhooks could not be listed: %s", line.pk, error)
        return None, _("ZipWhip cannot be reached right now. Try again in a few minutes.")


def _rows(line: Line, found: LineHooks) -> list[WebhookRow]:
    seen = last_seen(line)
    return [WebhookRow(hooks, seen.get(hooks.event.value)) for hooks in found.events]
