"""What texting's ids and codes in the audit mean to whoever reads it: looked up then, for the audit keeps no name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from texting.models import Batch, Breaker, Conversation, ConversationRecord, Line, OptOut, Recipient, Text
from texting.models.line import owner_names
from texting.numbers import format_number
from texting.vocabulary import LineState, PauseReason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

# The codes that facts of ours hold, by the name of the fact.
CODES = {
    "reason": dict(PauseReason.choices),
    "cause": dict(Breaker.Cause.choices),
    "source": dict(OptOut.Source.choices),
}
_LONGEST = 60


def subject_names(ids: Mapping[str, Collection[int]]) -> dict[str, str]:
    """By subject, such as "line:12", of those that are there: a query or two for each kind asked for."""
    finders = {"line": _lines, "batch": _batches, "conversation": _conversations, "text": _texts, "opt_out": _opt_outs}
    return {
        f"{kind}:{pk}": name for kind, find in finders.items() if ids.get(kind) for pk, name in find(ids[kind]).items()
    }


def _lines(ids: Collection[int]) -> dict[int, str]:
    lines = Line.objects.in_bulk(list(ids))
    owners = owner_names(lines.values())
    return {pk: _line_words(line, owners.get(line.owner, "")) for pk, line in lines.items()}


def _line_words(line: Line, owner: str) -> str:
    words = ", ".join(filter(None, [str(line), owner]))
    return _("%(name)s (removed)") % {"name": words} if line.state == LineState.REMOVED else words


def _batches(ids: Collection[int]) -> dict[int, str]:
    bodies = Batch.objects.filter(pk__in=ids).values_list("pk", "body")
    return {pk: f"“{Truncator(body).chars(_LONGEST)}”" for pk, body in bodies}


def _conversations(ids: Collection[int]) -> dict[int, str]:
    people = ConversationRecord.objects.filter(conversation__in=ids).order_by("pk").values_list("conversation", "name")
    return _with_people(Conversation.objects.filter(pk__in=ids).values_list("pk", "number"), people)


def _texts(ids: Collection[int]) -> dict[int, str]:
    people = Recipient.objects.filter(text__in=ids).order_by("pk").values_list("text", "name")
    return _with_people(Text.objects.filter(pk__in=ids).values_list("pk", "number"), people)


def _with_people(numbers: Iterable[tuple[int, str]], people: Iterable[tuple[Any, str]]) -> dict[int, str]:
    """Each with the names of its records, once each: one human may have two."""
    names: dict[int, dict[str, None]] = {}
    for pk, name in people:
        names.setdefault(pk, {})[name] = None
    return {pk: ", ".join([*names.get(pk, ()), format_number(number)]) for pk, number in numbers}


def _opt_outs(ids: Collection[int]) -> dict[int, str]:
    numbers = OptOut.objects.filter(pk__in=ids).values_list("pk", "number")
    return {pk: format_number(number) for pk, number in numbers}
