"""Kombu's transport of tasks through Redis, mended: a worker outlives the loss of Redis while tasks wait in it."""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as ConnectionLost


class Channel(redis.Channel):
    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        """Once let go of, a connection is lost, which everybody is prepared for. Kombu 5.7 has an AttributeError, and
        Celery's worker ends by it: when it closes what is lost, and when it acknowledges a task that came by it."""
        if self.connection.client is None:
            raise ConnectionLost("connection closed")
        parameters: dict[str, Any] = super()._connparams(asynchronous)  # type: ignore[misc]  # celery-types lacks it
        return parameters


class Transport(redis.Transport):
    Channel = Channel


def register() -> None:
    """Have it used for all addresses of Redis."""
    here = f"{__name__}:{Transport.__name__}"
    TRANSPORT_ALIASES.update(redis=here, rediss=here)
