"""The page that proves that every text is accounted for, shows what is not, and closes and logs it now."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import F
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from texting import accounting, conf, seam
from texting.models import Conversation, Text

if TYPE_CHECKING:
    from django.http import HttpResponse

    from texting.accounting import Finding
    from texting.seam import Candidate, RecordKey
    from texting.views.answers import SignedInRequest

# What a page shows, and one click sees to.
MOST_FINDINGS = 200
# So long a request compares; then one goes on with another.
LONGEST_LOOK_SECONDS = 0.5
DAYS = (7, 30, 365)


@permission_required("texting.manage_lines", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: SignedInRequest) -> HttpResponse:
    days = _days(request)
    after = _after(request)
    part = accounting.find_part(timedelta(days=days), after=after, at_most=MOST_FINDINGS, seconds=LONGEST_LOOK_SECONDS)
    shown = part.findings[:MOST_FINDINGS]
    if request.method == "POST":
        is_all = not after and part.after is None and timedelta(days=days) >= accounting.REGULARLY
        return _mend(request, shown, f"?days={days}&after={after}", is_all=is_all)
    places = accounting.count_places(timedelta(days=days))
    context = {
        "days": days,
        "choices": DAYS,
        "places": [(place, count) for place, count in places.items() if count or place == accounting.Place.LOGGED],
        "total": sum(places.values()),
        "rows": _rows(shown),
        "has_more": len(part.findings) > MOST_FINDINGS,
        "after": after,
        "go_on_after": part.after,
    }
    return render(request, "texting/accounting.html", context)


def _days(request: SignedInRequest) -> int:
    raw = request.GET.get("days", "")
    return int(raw) if raw in map(str, DAYS) else DAYS[1]


def _after(request: SignedInRequest) -> int:
    raw = request.GET.get("after", "")
    return int(raw) if re.fullmatch("[0-9]{1,18}", raw) else 0


def _mend(request: SignedInRequest, found: list[Finding], query: str, *, is_all: bool) -> HttpResponse:
    seen_to = len(accounting.mend(found))
    conf.audit()(
        actor_id=request.user.pk, action="log.reconciled", subject="log", facts={"found": len(found), "mended": seen_to}
    )
    left = len(found) - seen_to
    if is_all:
        accounting.note_count(left)
    if seen_to:
        messages.success(
            request, ngettext("%(n)d thing was seen to.", "%(n)d things were seen to.", seen_to) % {"n": seen_to}
        )
    if left:
        messages.warning(
            request,
            ngettext(
                "%(n)d thing could not be seen to; where the log said why, that stands in its line below.",
                "%(n)d things could not be seen to; where the log said why, that stands in their lines below.",
                left,
            )
            % {"n": left},
        )
    if not found:
        messages.success(request, _("There was nothing to see to."))
    response = redirect(request.path + query)
    response.status_code = 303
    return response


def _rows(found: list[Finding]) -> list[dict[str, object]]:
    """Findings with the people they are about and what can be done."""
    ids = {finding.conversation_id for finding in found if finding.conversation_id}
    conversations = Conversation.objects.filter(pk__in=ids).select_related("line").prefetch_related("records")
    by_id = {conversation.pk: conversation for conversation in conversations}
    keys = {record.key for conversation in by_id.values() for record in conversation.records.all()}
    known = seam.describe(keys)
    strays = _strays(found)
    return [
        {
            "finding": finding,
            "about": by_id.get(finding.conversation_id) if finding.conversation_id else strays.get(finding.text_ids[0]),
            "people": _people(finding, by_id.get(finding.conversation_id or 0), known),
            "text_count": len(finding.text_ids),
        }
        for finding in found
    ]


def _strays(found: list[Finding]) -> dict[int, Text]:
    """By id, the texts that are in no conversation; each with `last_text_at`, as a conversation has it."""
    ids = [finding.text_ids[0] for finding in found if finding.conversation_id is None]
    texts = Text.objects.annotate(last_text_at=F("created_at")).select_related("line")
    return texts.in_bulk(ids)


def _people(finding: Finding, conversation: Conversation | None, known: dict[RecordKey, Candidate]) -> list[Candidate]:
    if finding.record:
        keys = [finding.record]
    else:
        keys = [record.key for record in conversation.records.all()] if conversation else []
    return [known[key] for key in keys if key in known]
