"""{% load texting_lines %}: how many lines there are and which have stopped, for the host's own pages."""

from __future__ import annotations

from typing import Any, TypedDict

from django import template
from django.db.models import Count, Q

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
    user = context["request"].user
    return {"rows": line_list.stopped_rows() if line_list.waiting_count(user) else []}
