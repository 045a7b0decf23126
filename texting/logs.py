"""Logs: what must not stand in them, and a form that machines read."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

_SECRET = re.compile(r"(/webhooks/\d+/)[^/\s\"']+")


class MaskWebhookSecrets(logging.Filter):
    """Put *** where a webhook's address has its secret; add it to each handler that writes somewhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = _SECRET.sub(r"\1***", message)
        if masked != message:
            record.msg, record.args = masked, ()
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
        return _SECRET.sub(r"\1***", json.dumps(entry, ensure_ascii=False))

    def _is_extra(self, name: str, value: object) -> bool:
        return name not in self._USUAL and isinstance(value, str | int | float)
