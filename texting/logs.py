"""What must not stand in a log: the secrets in the addresses of our webhooks."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"(/webhooks/\d+/)[^/\s\"']+")


class MaskWebhookSecrets(logging.Filter):
    """Put *** where a webhook's address has its secret; add it to each handler that writes somewhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = _SECRET.sub(r"\1***", message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True
