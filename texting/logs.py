"""Logs: what must not stand in them, and a form that machines read."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

_SECRET = re.compile(r"(/webhooks/\d+/)[^/\s\"']+")
# The row that PostgreSQL refuses: up to what Python writes below it, for a body may have several lines.
_ROW = re.compile(r"(DETAIL: +).*?(?=\n\n(?:The above|During handling)|\Z)", re.DOTALL)
_PLUS = r"(?:\+|%2B)"
_NUMBER = re.compile(_PLUS + r"\d{6,11}(?=\d{4}(?!\d))", re.IGNORECASE)
# What people write between the groups: blanks, dots, slashes, dashes of any length, a comma without a blank; also as an
# address has them, or as repr() and JSON escape them.
_BETWEEN = (
    r"(?:[^\S\n]|[./()+_*\u2000-\u206f\u2212-]|(?<=\d),(?=\d)|%(?:20|2[89F]|C2%A0|E2%80%(?:9[0-5]|AF))"
    r"|\\{1,4}(?:t|x[\dA-F]{2}|u[\dA-F]{4})){0,5}"
)
_ESCAPE = r"(?:(?<=\\[abfnrtv])|(?<=\\x[\dA-F]{2})|(?<=\\u[\dA-F]{4}))-?"
# Not a fraction, nor the rest of a word or of an id with dashes.
_START = rf"(?:(?<![^\W_])(?<!\.)(?<!\w-)|(?<=%[\dA-F]{{2}})|{_ESCAPE})"
# As people type it, and as lines are called: ten digits in a row or in groups, perhaps with an extension. Neither a
# time, which begins with 1 or is a fraction, nor part of something longer; ids are short.
_DIALED = re.compile(
    rf"(?:{_PLUS}{_BETWEEN}1{_BETWEEN}|{_START}(?:(?:00|011){_BETWEEN})?(?:1{_BETWEEN}|(?:\(|%28){_BETWEEN})?)"
    rf"[2-9]\d\d{_BETWEEN}[2-9]\d\d{_BETWEEN}(?=\d{{4}}(?:(?:x|ext)\.?\d|(?![^\W_]|\.\d)))",
    re.IGNORECASE,
)
# Of another country, in groups of any length: its end is not known. A blank of an address is a plus, before a date too.
_FOREIGN = re.compile(rf"{_PLUS}(?!\d{{4}}-\d\d-)[2-9](?:{_BETWEEN}\d){{6,14}}(?!\d)", re.IGNORECASE)


def mask(written: str) -> str:
    """`written` with *** for a webhook's secret, a row that PostgreSQL quotes, and all but the end of a number.

    We log neither; but an address, or PostgreSQL's words for what it refuses, can quote them.
    """
    for found, instead in _MASKED:
        written = found.sub(instead, written)
    return written


_MASKED = [(_SECRET, r"\1***"), (_ROW, r"\1***"), (_NUMBER, "+***"), (_DIALED, "***"), (_FOREIGN, "+***")]


class Mask(logging.Filter):
    """Mask a record and its traceback; add it to each handler that writes somewhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = mask(message)
        if masked != message:
            record.msg, record.args = masked, ()
        if record.exc_info and not record.exc_text:
            # Where logging itself keeps a traceback once it is written.
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line. Words and numbers given as `extra` stand beside the message; a request does not."""

    _USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            **{name: value for name, value in vars(record).items() if self._is_extra(name, value)},
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        masked = {name: mask(value) if isinstance(value, str) else value for name, value in entry.items()}
        return json.dumps(masked, ensure_ascii=False)

    def _is_extra(self, name: str, value: object) -> bool:
        return name not in self._USUAL and isinstance(value, str | int | float)
