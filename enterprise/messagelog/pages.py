"""The log as a record page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from enterprise.messagelog.dialogue import add_what_is_known_now
from enterprise.messagelog.models import ActionCode, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_SHOWN = 10
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class LogPage:
    """`code` is the action code it is narrowed to; `total` counts what there is under it."""

    messages: list[Message]
    total: int
    codes: list[ActionCode]
    code: ActionCode | None

    @property
    def has_more(self) -> bool:
        return self.total > len(self.messages)


def messages_on(kind: str, record_id: int, query: Mapping[str, str]) -> LogPage:
    """What is logged on a record, the latest first; `query` may hold "code" (an id) and "log" ("all")."""
    codes = list(ActionCode.objects.filter(message__record_type=kind, message__record_id=record_id).distinct())
    code = next((code for code in codes if str(code.pk) == query.get("code")), None)
    found = Message.objects.on_record(kind, record_id)
    if code:
        found = found.filter(action_code=code)
    shown = MOST_SHOWN if query.get("log") == "all" else FIRST_SHOWN
    messages = list(found[:shown])
    add_what_is_known_now(messages)
    return LogPage(messages, found.count(), codes, code)
