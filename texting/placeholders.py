"""Placeholders in a body: {first_name} becomes what the record says, for each person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Somebody types "{First name}" where a button would have written "{first_name}"; a letter tells it from a face :-{ }.
_PLACEHOLDER = re.compile(r"\{([^{}\n]{0,40}[^\W\d_][^{}\n]{0,40})\}")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
# Joins what people who share a number and get one text have each; written alike in every language.
JOINED_BY = " & "


def names_in(body: str) -> list[str]:
    """The names in braces, each once, in the order written."""
    return list(dict.fromkeys(map(_name, _PLACEHOLDER.findall(body))))


def unknown_in(body: str, known: Iterable[str]) -> list[str]:
    """Those that no record fills, as they are written: they are sent as they stand."""
    names = set(known)
    return [written for written in dict.fromkeys(_PLACEHOLDER.findall(body)) if _name(written) not in names]


def fill(body: str, people: Sequence[Mapping[str, str]]) -> str:
    """`body` for the people behind one number: what differs is joined, what is unknown stays."""

    def value_of(match: re.Match[str]) -> str:
        name = _name(match[1])
        values = [str(values[name]) for values in people if name in values]
        return JOINED_BY.join(dict.fromkeys(filter(None, values))) if values else match[0]

    return _PLACEHOLDER.sub(value_of, body)


def _name(written: str) -> str:
    return _BETWEEN_WORDS.sub("_", written.strip()).lower()
