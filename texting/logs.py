"""Logs: what must not stand in them, and a form that machines read."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

_SECRET = re.compile(r"(/webhooks/\d+/)[^/\s\"']+")
# The row that PostgreSQL refuses: up to what Python writes below it, for a body may have several lines.
_ROW = re.compile(r"(DETAIL: +).*?(?=\n\n(?:The above|During handling)|\Z)", re.DOTALL)
_NUMBER = re.compile(r"\+\d{6,11}(?=\d{4}(?!\d))")
# As people type it, and as lines are called: ten digits in a row or in groups. Neither a time, which begins with 1
# or is a fraction, nor part of something longer; ids are short.
_DIALED = re.compile(
    r"(?<![\w.+*-])(?:1[ .-]?)?(?:\([2-9]\d\d\)|[2-9]\d\d)[ .-]{0,2}[2-9]\d\d[ .-]?(?=\d{4}(?!\w|\.\d))"
)


def mask(written: str) -> str:
    """`written` with *** for a webhook's secret, a row that PostgreSQL quotes, and all but the end of a number.

    We log neither; but an address, or PostgreSQL's words for what it refuses, can quote them.
    """
    return _DIALED.sub("***", _NUMBER.sub("+***", _ROW.sub(r"\1***", _SECRET.sub(r"\1***", written))))


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
