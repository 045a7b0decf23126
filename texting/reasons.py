"""Why somebody is not texted, in words for a person, from the codes and facts that are stored."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from texting.errors import InvalidNumber
from texting.numbers import parse_number
from texting.vocabulary import MethodType, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping


TOO_LONG_WHEN_FILLED = gettext_lazy("With the placeholders filled in, this is longer than ZipWhip accepts. Shorten it.")


def reason_words(reason: str, number_type: str, value: str, facts: Mapping[str, Any]) -> str:
    """E.g. "SMS 555-01 has 5 of 10 digits"; "" for no reason. `value` is the number as entered."""
    if reason == Reason.INVALID_NUMBER:
        return _what_is_wrong(number_type, value, facts.get("region", "US"))
    if reason == Reason.OPTED_OUT and facts.get("on"):
        return _opted_out(facts)
    return str(Reason(reason).label) if reason else ""


def reply_reason_words(reason: str, words: str) -> str:
    """As a sentence. A reply goes to its conversation's number, whatever number the record has by now."""
    if reason in ("", Reason.CHANGED):
        return _("This number is no longer on the record.")
    return str(TOO_LONG_WHEN_FILLED) if reason == Reason.TOO_LONG else sentence(words)


def sentence(words: str) -> str:
    return words if words.endswith(".") or not words else f"{words}."


def _what_is_wrong(number_type: str, value: str, region: str) -> str:
    label = MethodType(number_type).label
    try:
        parse_number(value, region=region)
    except InvalidNumber as error:
        problem = error.words
    else:
        problem = str(Reason.INVALID_NUMBER.label)
    if problem.startswith(value):
        return f"{label} {problem}"
    return f"{label} {value}: {problem}"


def _opted_out(facts: Mapping[str, Any]) -> str:
    said = {
        "word": facts.get("word", ""),
        "on": date_format(date.fromisoformat(facts["on"]), pgettext("date format", "j M")),
    }
    if said["word"]:
        return _("Opted out by %(word)s on %(on)s. Only the person can undo it, by texting UNSTOP.") % said
    return _("Opted out on %(on)s. Only the person can undo it, by texting UNSTOP.") % said
