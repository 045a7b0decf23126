"""A web process that gives up on a PostgreSQL that has frozen.

Its own timeouts are of no use then, for it is the server that keeps them; nor are TCP's, for the kernel goes on
answering for it. So psycopg2 hands each wait to us, and we end it, which closes the connection.
"""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import extensions

if TYPE_CHECKING:
    from psycopg2.extensions import connection

SECONDS = 10.0
# Once it has kept somebody waiting in vain, nobody else waits so long before it has answered somebody.
SECONDS_WHEN_SILENT = 1.0
_FOR = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}


class Silence(psycopg2.OperationalError):
    """The server said nothing for too long, alive or not."""


class Patience:
    """What psycopg2 calls, in any thread, to wait for the server: for a statement, or a connection to be made."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._is_silent = False

    def __call__(self, connection: connection) -> None:
        end = time.monotonic() + (SECONDS_WHEN_SILENT if self._is_silent else self._seconds)
        while (state := connection.poll()) != extensions.POLL_OK:
            if not _is_ready(connection.fileno(), _FOR[state], end - time.monotonic()):
                self._is_silent = True
                raise Silence
        self._is_silent = False


def _is_ready(descriptor: int, events: int, seconds: float) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, events)
    return bool(waiting.poll(max(0.0, seconds) * 1000))


def give_up_on_silence() -> None:
    """For this whole process, and so for web only: a runner has nothing better to do than to wait."""
    extensions.set_wait_callback(Patience())
