"""{% load texting_lines %}: how many lines there are and what is amiss, for the host's own pages."""

from __future__ import annotations

from typing import Any, TypedDict

from django import template
from django.db.models import Count, Q

from texting import alerts, findings
from texting.models import Line
from texting.views import line_list
from texting.vocabulary import LineState

register = template.Library()


class LineCounts(TypedDict):
    """Of the lines that are not removed."""

    all: int
    paused: int
    connecting: int


@register.simple_tag
def line_counts() -> LineCounts:
    """{% line_counts as lines %}"""
    counted = Line.objects.in_use().aggregate(
        all=Count("pk"),
        paused=Count("pk", filter=Q(state=LineState.PAUSED)),
        connecting=Count("pk", filter=Q(state=LineState.CONNECTING)),
    )
    return LineCounts(all=counted["all"], paused=counted["paused"], connecting=counted["connecting"])


@register.inclusion_tag("texting/lines/_stopped.html", takes_context=True)
def stopped_lines(context: dict[str, Any]) -> dict[str, Any]:
    """Tell whoever manages lines of those that stopped by themselves: why, since when, how many texts wait."""
    may_see = context["request"].user.has_perm(findings.MANAGE_LINES)
    return {"rows": line_list.stopped_rows() if may_see else []}


@register.inclusion_tag("texting/_alerts.html", takes_context=True)
def texting_alerts(context: dict[str, Any]) -> dict[str, Any]:
    """The same, and of whatever else in texting does not mend itself, each with the page that mends it."""
    found = alerts.found(context["request"].user)
    has_stopped = any(alert.kind == alerts.STOPPED for alert in found)
    return {
        "rows": line_list.stopped_rows() if has_stopped else [],
        "notes": alerts.told(found),
    }
