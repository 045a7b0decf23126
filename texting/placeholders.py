"""Placeholders in a body: {first_name} becomes what the record says, for each person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
# Joins what people who share a number and get one text have each; written alike in every language.
JOINED_BY = " & "


def names_in(body: str) -> list[str]:
    """The names in braces, each once, in the order written."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(body)))


def unknown_in(body: str, known: Iterable[str]) -> list[str]:
    """Those that no record fills: they are sent as they stand."""
    names = set(known)
    return [name for name in names_in(body) if name not in names]


def fill(body: str, people: Sequence[Mapping[str, str]]) -> str:
    """`body` for the people behind one number: what differs is joined, what is unknown stays."""

    def value_of(match: re.Match[str]) -> str:
        values = [str(values[match[1]]) for values in people if match[1] in values]
        return JOINED_BY.join(dict.fromkeys(filter(None, values))) if values else match[0]

    return _PLACEHOLDER.sub(value_of, body)
