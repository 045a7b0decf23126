"""{% load texting %}: numbers for people, the texts of a record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from texting import conf, lines, numbers, seam
from texting.frame.statuses import counted_word
from texting.models.line import owner_words as words_of_owners
from texting.reasons import sentence
from texting.views.panel import panel
from texting.vocabulary import Origin, Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from texting.models import Batch, Line, Recipient, Text

register = template.Library()
# In the order they are tried; from how long on; a single day is 24 hours.
_UNITS = [
    (timedelta(days=1), timedelta(days=2), ngettext_lazy("%(count)s day", "%(count)s days", "count")),
    (timedelta(hours=1), timedelta(hours=1), ngettext_lazy("%(count)s hour", "%(count)s hours", "count")),
    (timedelta(minutes=1), timedelta(minutes=1), ngettext_lazy("%(count)s minute", "%(count)s minutes", "count")),
    (timedelta(seconds=1), timedelta(0), ngettext_lazy("%(count)s second", "%(count)s seconds", "count")),
]


@register.filter
def phone(e164: str) -> str:
    """ "+16125550134" -> "(612) 555-0134"; "" stays ""."""
    return numbers.format_number(e164) if e164 else ""


@register.filter
def span(duration: timedelta) -> str:
    """A duration in its largest whole unit: "24 hours", "1 minute", "2 days"."""
    fits = (each for each in _UNITS if duration >= each[1] and not duration % each[0])
    unit, _least, words = next(fits, _UNITS[-1])
    return str(words % {"count": duration // unit})


@register.filter
def app_url(batch: Batch) -> str:
    """Where the talk about a batch goes on in the provider's app: with the one number it went to, else its start."""
    numbers = list(batch.texts.values_list("number", flat=True).distinct()[:2])
    return lines.app_url(batch.line, numbers[0] if len(numbers) == 1 else "")


@register.simple_tag
def hours_to_live() -> int:
    """{% hours_to_live as hours %}: after how many a text of a line that is held expires."""
    return conf.hours_to_live()


@register.filter
def owner_words(line: Line) -> str:
    """Whose line it is: "Minneapolis branch line"."""
    return words_of_owners([line])[line.pk]


@register.filter
def at(mapping: Mapping[Any, Any], key: object) -> Any:
    """What a mapping holds for a key, "" for nothing."""
    return mapping.get(key, "")


@register.filter
def with_word(count: int, status: str) -> str:
    """A count with its status: "12 sent", "3 not texted"."""
    return f"{intcomma(count)} {counted_word(status, count)}"


@register.filter
def author(text: Text) -> str:
    if text.origin == Origin.PROVIDER_APP:
        return str(Origin.PROVIDER_APP.label)
    return str(text.sender) if text.sender else _("Unknown sender")


@register.filter
def why(text: Text) -> str:
    """What a reason means and what comes next, in a sentence or two."""
    facts: dict[str, object] = {"reason": text.get_reason_display(), "count": text.look_count}
    if text.status == TextStatus.UNCONFIRMED:
        if text.next_look_at:
            facts["time"] = f"{localtime(text.next_look_at):%H:%M:%S}"
            return _("%(reason)s. We will look again at %(time)s.") % facts
        # A look after one scheduled in ZipWhip counts though nothing was answered.
        if text.scheduled_at or not text.look_count:
            return f"{facts['reason']}."
        words = ngettext(
            "%(reason)s. Not found at ZipWhip, looked %(count)s time.",
            "%(reason)s. Not found at ZipWhip, looked %(count)s times.",
            text.look_count,
        )
        return words % facts
    if text.status == TextStatus.QUEUED and text.reason and text.due_at:
        return _("%(reason)s. Goes out at %(time)s.") % (facts | {"time": f"{localtime(text.due_at):%H:%M:%S}"})
    if text.reason == Reason.OPTED_OUT:
        return _("%(reason)s. Only the person can undo it, by texting UNSTOP.") % facts
    return f"{facts['reason']}." if text.reason else ""


@register.filter
def what_happened(recipient: Recipient) -> str:
    """A recipient's state in a sentence: why nobody was texted, or what became of the text."""
    if recipient.text is None:
        return sentence(recipient.reason_words)
    if recipient.text.status == TextStatus.SENT:
        return _("ZipWhip has it; the carrier has not confirmed it yet.")
    return why(recipient.text)


@register.filter
def what_was_decided(recipient: Recipient) -> str:
    """What a person decided about one whose text, or want of one, no machine may decide about; "" for nothing."""
    decided = recipient if recipient.decision else recipient.text or recipient
    if not decided.decision:
        return ""
    words = {"name": decided.decided_by, "decision": decided.get_decision_display()}
    return _("%(name)s decided: %(decision)s.") % words


@register.inclusion_tag("texting/records/panel.html", takes_context=True)
def record_texts(context: dict[str, Any], record_type: str, record_id: int) -> dict[str, Any]:
    """The texts panel of a record page; nothing for a record the user may not text or see."""
    user, key = context["request"].user, seam.RecordKey(record_type, record_id)
    candidate = seam.visible(user, [key]).get(key)
    if candidate is None:
        return {"candidate": None}
    return {**panel(user, candidate), "request": context["request"], "perms": context["perms"]}
