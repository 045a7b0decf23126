"""Why somebody cannot text: everything it takes, how each is, and who can put it right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from texting import doctor, seam_help
from texting.findings import MANAGE_LINES, holders_of
from texting.vocabulary import Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import AbstractUser
    from django.http import HttpResponse

    from texting.seam_help import Finding
    from texting.views.answers import SignedInRequest

NAMES = 3


@dataclass(frozen=True)
class Row:
    """`may_fix` is about the reader; `who` are the people to ask, "" where it is no matter of a permission."""

    finding: Finding
    may_fix: bool
    who: str


@require_safe
def why(request: SignedInRequest) -> HttpResponse:
    """Of the reader, or of `?user=` for whoever manages lines or gives roles."""
    user = _asked_about(request)
    # One query a permission, however many findings ask for it.
    names_of = cache(_names)
    rows = [_row(finding, request.user, names_of) for finding in sorted(doctor.examine(user), key=_urgency)]
    wrong_count = sum(row.finding.tone == Tone.BAD for row in rows)
    context = {"person": user, "is_self": user == request.user, "rows": rows, "wrong_count": wrong_count}
    return render(request, "texting/why.html", context)


def _asked_about(request: SignedInRequest) -> AbstractUser:
    asked = request.GET.get("user", "")
    if asked in ("", str(request.user.pk)):
        return request.user
    access = seam_help.find_access()
    if not any(map(request.user.has_perm, [MANAGE_LINES, *([access.permission] if access else [])])):
        raise PermissionDenied
    found = get_user_model()._default_manager.filter(pk=asked).first() if asked.isdecimal() else None
    if found is None:
        raise Http404
    return found


def _urgency(finding: Finding) -> int:
    return [Tone.BAD, Tone.WARN, Tone.OK].index(finding.tone)


def _row(finding: Finding, reader: AbstractUser, names_of: Callable[[str], str]) -> Row:
    if finding.tone == Tone.OK or not finding.permission:
        return Row(finding, may_fix=False, who="")
    may_fix = bool(finding.url) and reader.has_perm(finding.permission)
    return Row(finding, may_fix=may_fix, who="" if may_fix else names_of(finding.permission))


def _names(permission: str) -> str:
    """ "Ada Bergström, Mei Wong and 2 others"."""
    names = holders_of(permission)
    if not names:
        return _("nobody yet")
    shown, others = ", ".join(names[:NAMES]), len(names) - NAMES
    if others <= 0:
        return shown
    return ngettext("%(names)s and %(count)d other", "%(names)s and %(count)d others", others) % {
        "names": shown,
        "count": others,
    }
