"""{% load texting %}: numbers for people, the texts of a record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.timezone import localtime

from texting import numbers, record_views, seam
from texting.line_list import kind_words
from texting.vocabulary import Origin, Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from texting.models import Line, Recipient, Text

register = template.Library()
_WORDS = {status.value: status.label.lower() for status in TextStatus} | {"not_texted": "not texted"}
_UNITS = [(timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")]


@register.filter
def phone(e164: str) -> str:
    """ "+16125550134" -> "(612) 555-0134"; "" stays ""."""
    return numbers.format_number(e164) if e164 else ""


@register.filter
def span(duration: timedelta) -> str:
    """A duration in its largest whole unit: "24 hours", "1 minute", "2 days"."""
    for unit, name in _UNITS:
        if duration >= unit and not duration % unit and not (name == "day" and duration == unit):
            count = duration // unit
            return f"{count} {name}{'s' if count != 1 else ''}"
    return f"{duration.total_seconds():.0f} seconds"


@register.filter
def owner_words(line: Line) -> str:
    """Whose line it is: "Minneapolis branch line"."""
    kind = kind_words(seam.get_owner_kind(line.owner_kind)).lower()
    name = line.owner_name
    return f"{name} {kind} line" if name else "Nobody’s line"


@register.filter
def at(mapping: Mapping[Any, Any], key: object) -> Any:
    """What a mapping holds for a key, "" for nothing."""
    return mapping.get(key, "")


@register.filter
def with_word(count: int, status: str) -> str:
    """A count with its status: "12 sent", "3 not texted"."""
    return f"{count:,} {_WORDS.get(status, status)}"


@register.filter
def reason_words(reason: str) -> str:
    return Reason(reason).label if reason else ""


@register.filter
def author(text: Text) -> str:
    if text.origin == Origin.PROVIDER_APP:
        return Origin.PROVIDER_APP.label
    return str(text.sender) if text.sender else "Texting"


@register.filter
def why(text: Text) -> str:
    """What a reason means and what comes next, in a sentence or two."""
    if text.status == TextStatus.UNCONFIRMED:
        if text.next_look_at:
            return f"{text.get_reason_display()}. We will look again at {localtime(text.next_look_at):%H:%M:%S}."
        return f"{text.get_reason_display()}. Not found at ZipWhip, looked {text.look_count} times."
    if text.status == TextStatus.QUEUED and text.reason and text.due_at:
        return f"{text.get_reason_display()}. Goes out at {localtime(text.due_at):%H:%M:%S}."
    return f"{text.get_reason_display()}." if text.reason else ""


@register.filter
def what_happened(recipient: Recipient) -> str:
    """A recipient's state in a sentence: why nobody was texted, or what became of the text."""
    if recipient.text is None:
        words = recipient.reason_words or reason_words(recipient.reason)
        return f"{words}." if words and not words.endswith(".") else words
    if recipient.text.status == TextStatus.SENT:
        return "ZipWhip has it; the carrier has not confirmed it yet."
    return why(recipient.text)


@register.inclusion_tag("texting/records/panel.html", takes_context=True)
def record_texts(context: dict[str, Any], record_type: str, record_id: int) -> dict[str, Any]:
    """The texts panel of a record page; nothing for a record the user may not text or see."""
    user = context["request"].user
    candidates = [
        candidate
        for kind in [seam.find_record_type(record_type)]
        if kind
        for candidate in kind.candidates(user, [record_id])
    ]
    if not candidates:
        return {"candidate": None}
    return {**record_views.panel(user, candidates[0]), "request": context["request"], "perms": context["perms"]}
