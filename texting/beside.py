"""Work beside a runner's loop, in a thread of its own, so that neither waits for the other's provider, host or disk."""

from __future__ import annotations

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.db import close_old_connections, connection

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

logger = logging.getLogger(__name__)


class Beside:
    """Does `duty` every so often, never twice at a time; `after` each is called in its thread."""

    def __init__(self, duty: Callable[[], object], *, every: timedelta, after: Callable[[], None]) -> None:
        self._duty, self._after = duty, after
        self._every_seconds = every.total_seconds()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=duty.__name__)
        self._next_at = 0.0
        self._good_since = -1.0
        self.latest: Future[None] | None = None

    def do_if_due(self) -> None:
        now = time.monotonic()
        if now >= self._next_at and (self.latest is None or self.latest.done()):
            self.latest = self._thread.submit(self._do)
            self._next_at = now + self._every_seconds

    def make_due(self) -> None:
        self._next_at = 0.0

    def is_done_since(self, moment: float) -> bool:
        """Whether it was done, from beginning to end, since then (time.monotonic)."""
        return self._good_since >= moment

    def close(self) -> None:
        """Let it end what it does."""
        # In the thread: what `connection` stands for is asked for there.
        self._thread.submit(lambda: connection.close())
        self._thread.shutdown()

    def _do(self) -> None:
        began = time.monotonic()
        try:
            self._duty()
            self._good_since = began
        except Exception:
            # The outermost edge of a duty: it is tried again when it is due next.
            logger.exception("%s failed", self._duty.__name__)
        close_old_connections()
        self._after()
