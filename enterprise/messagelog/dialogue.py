"""A logged conversation: how its texts are stored, and how they read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from texting.vocabulary import Direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from texting.seam import LoggedText


@dataclass(frozen=True, slots=True)
class DialogueLine:
    at: datetime
    author: str
    direction: str
    body: str
    status: str
    status_words: str

    @property
    def is_ours(self) -> bool:
        return self.direction == Direction.OUT


def store_dialogue(texts: Sequence[LoggedText]) -> list[dict[str, str]]:
    """Return what the database keeps of a conversation."""
    return [
        {
            "at": text.at.isoformat(),
            "author": text.author,
            "direction": str(text.direction),
            "body": _storable(text.body),
            "status": str(text.status),
            "status_words": text.status_words,
        }
        for text in texts
    ]


def read_dialogue(stored: Sequence[dict[str, Any]]) -> list[DialogueLine]:
    return [DialogueLine(**{**line, "at": datetime.fromisoformat(line["at"])}) for line in stored]


def compose_body(texts: Sequence[LoggedText]) -> str:
    """Return the conversation as plain text, for exports and for reading outside Enterprise; times in UTC."""
    return "\n".join(
        f"{text.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {text.author}: {_storable(text.body)}"
        + (f" ({text.status_words})" if text.status_words else "")
        for text in texts
    )


def summarize(lines: Sequence[DialogueLine]) -> str:
    """Return e.g. "4 texts, 19 Nov 15:58 – 16:31", in the reader's zone."""
    count = f"{len(lines)} text" if len(lines) == 1 else f"{len(lines)} texts"
    if all(line.is_ours for line in lines):
        return f"{count}, nobody answered"
    first, last = timezone.localtime(lines[0].at), timezone.localtime(lines[-1].at)
    if len(lines) == 1:
        return f"{count}, {_day(first)} {first:%H:%M}"
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{_day(last)} {last:%H:%M}"
    return f"{count}, {_day(first)} {first:%H:%M} – {until}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"


def _storable(body: str) -> str:
    # PostgreSQL takes every character but this one.
    return body.replace("\x00", "")
