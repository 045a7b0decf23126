"""The log as a record page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.http import urlencode
from django.utils.translation import ngettext

from enterprise.messagelog.dialogue import add_what_is_known_now
from enterprise.messagelog.models import ActionCode, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_SHOWN = 10
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class LogPage:
    """`code` is the action code it is narrowed to; `total` counts what there is under it.

    `number` is 0 for the latest few that a record begins with, else a page of all.
    """

    messages: list[Message]
    total: int
    codes: list[ActionCode]
    code: ActionCode | None
    number: int = 0

    @property
    def is_short(self) -> bool:
        return self.number == 0

    @property
    def more_words(self) -> str:
        """How to say that there are more; "" where all are shown."""
        if self.total <= len(self.messages):
            return ""
        if self.is_short:
            return ngettext("All %(count)s message", "All %(count)s messages", self.total) % {
                "count": intcomma(self.total)
            }
        first = (self.number - 1) * MOST_SHOWN + 1
        last = first + len(self.messages) - 1
        return f"{intcomma(first)}–{intcomma(last)} / {intcomma(self.total)}"

    @property
    def all_query(self) -> str:
        return self._query(1)

    @property
    def newer_query(self) -> str:
        return self._query(self.number - 1) if self.number > 1 else ""

    @property
    def older_query(self) -> str:
        return self._query(self.number + 1) if self.number * MOST_SHOWN < self.total else ""

    def _query(self, number: int) -> str:
        narrowed = {"code": self.code.pk} if self.code else {}
        return urlencode({"log": "all" if number == 1 else number, **narrowed})


def messages_on(kind: str, record_id: int, query: Mapping[str, str]) -> LogPage:
    """What is logged on a record, the latest first.

    `query` may hold "code" (an id) and "log": "all" or the number of a page of all. A page too far is the last one.
    """
    codes = list(ActionCode.objects.filter(message__record_type=kind, message__record_id=record_id).distinct())
    code = next((code for code in codes if str(code.pk) == query.get("code")), None)
    found = Message.objects.on_record(kind, record_id)
    if code:
        found = found.filter(action_code=code)
    total = found.count()
    number = _page_number(query.get("log", ""), total)
    start = max(number - 1, 0) * MOST_SHOWN
    messages = list(found[start : start + (MOST_SHOWN if number else FIRST_SHOWN)])
    add_what_is_known_now(messages)
    return LogPage(messages, total, codes, code, number)


def _page_number(asked: str, total: int) -> int:
    if asked == "all":
        return 1
    last = max(1, -(-total // MOST_SHOWN))
    return min(int(asked), last) if asked.isascii() and asked.isdigit() else 0
