"""A logged conversation: how its texts are stored, and how they read.

Stored are names, bodies and codes; the words for the codes are those of the reader's language. What is stored is never
rewritten: what became of a text since stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from texting import seam
from texting.vocabulary import Direction, Origin, Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from enterprise.messagelog.models import Message
    from texting.seam import LoggedText, TextNow


@dataclass(frozen=True, slots=True)
class DialogueLine:
    """A text as it was logged; `now` is what is known of it by now, None for nothing."""

    text_id: int | None
    at: datetime
    direction: str
    origin: str
    author: str
    body: str
    status: str
    reason: str
    file_names: tuple[str, ...]
    now: TextNow | None = None

    @property
    def is_ours(self) -> bool:
        return self.direction == Direction.OUT

    @property
    def author_words(self) -> str:
        return author_words(self.author, self.direction, self.origin)

    @property
    def status_words(self) -> str:
        return status_words(self.status, self.reason)

    @property
    def changed_to(self) -> TextNow | None:
        """What is known by now, if it is not what was known when it was logged."""
        if self.now is None or (self.now.status, self.now.reason or "") == (self.status, self.reason):
            return None
        return self.now

    @property
    def now_words(self) -> str:
        changed = self.changed_to
        return status_words(changed.status, changed.reason or "") if changed else ""


def author_words(author: str, direction: str, origin: str) -> str:
    if author:
        return author
    if origin == Origin.PROVIDER_APP:
        return str(Origin.PROVIDER_APP.label)
    return _("Unknown sender") if direction == Direction.OUT else _("Unknown")


def status_words(status: str, reason: str) -> str:
    """A status with its reason: "Failed: Opted out"; "" for a received text."""
    if status == TextStatus.RECEIVED:
        return ""
    words = str(TextStatus(status).label)
    return _("%(status)s: %(reason)s") % {"status": words, "reason": Reason(reason).label} if reason else words


def store_dialogue(texts: Sequence[LoggedText]) -> list[dict[str, Any]]:
    """Return what the database keeps of a conversation."""
    return [
        {
            "text_id": text.text_id,
            "at": text.at.isoformat(),
            "direction": str(text.direction),
            "origin": str(text.origin),
            "author": _storable(text.author),
            "body": _storable(text.body),
            "status": str(text.status),
            "reason": str(text.reason or ""),
            "file_names": [_storable(file.name) for file in text.files],
        }
        for text in texts
    ]


def read_dialogue(
    stored: Sequence[dict[str, Any]], known_now: Mapping[int, TextNow] | None = None
) -> list[DialogueLine]:
    return [
        DialogueLine(
            text_id=line.get("text_id"),
            at=datetime.fromisoformat(line["at"]),
            direction=line["direction"],
            origin=line.get("origin", ""),
            author=line["author"],
            body=line["body"],
            status=line["status"],
            reason=line.get("reason", ""),
            file_names=tuple(line.get("file_names", ())),
            now=(known_now or {}).get(line.get("text_id", 0)),
        )
        for line in stored
    ]


def add_what_is_known_now(messages: Iterable[Message]) -> None:
    """Let the dialogues of `messages` say what became of their texts since: as many queries for one as for all."""
    listed = list(messages)
    ids = {line["text_id"] for message in listed for line in message.dialogue if line.get("text_id")}
    known_now = seam.texts_now(ids) if ids else {}
    for message in listed:
        message.known_now = known_now


def compose_body(texts: Sequence[LoggedText]) -> str:
    """Return the conversation as plain text, for exports and for reading outside Enterprise; times in UTC.

    It is stored, so it is in the firm's language, whoever's request it is written in.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return "\n".join(_plain_words(text) for text in texts)


def _plain_words(text: LoggedText) -> str:
    author = author_words(text.author, text.direction, text.origin)
    status = status_words(text.status, text.reason or "")
    said = "\n".join(filter(None, [_storable(text.body), *(f"[{_storable(file.name)}]" for file in text.files)]))
    ending = f" ({status})" if status else ""
    return f"{text.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {author}: {said}{ending}"


def summarize(lines: Sequence[DialogueLine]) -> str:
    """Return e.g. "4 texts, 19 Nov 15:58 – 16:31", in the reader's zone."""
    count = ngettext("%(count)d text", "%(count)d texts", len(lines)) % {"count": len(lines)}
    if all(line.is_ours for line in lines):
        return _("%(texts)s, nobody answered") % {"texts": count}
    first, last = timezone.localtime(lines[0].at), timezone.localtime(lines[-1].at)
    if _moment(first) == _moment(last):
        return f"{count}, {_moment(first)}"
    until = date_format(last, "H:i") if first.date() == last.date() else _moment(last)
    return f"{count}, {_moment(first)} – {until}"


def _moment(moment: datetime) -> str:
    return f"{date_format(moment, pgettext('date format', 'j M'))} {date_format(moment, 'H:i')}"


def _storable(words: str) -> str:
    # PostgreSQL takes every character but this one.
    return words.replace("\x00", "")
