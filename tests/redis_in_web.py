"""Which requests to web asked Redis for something. None may, not even to publish a task: a Redis may hang."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.core.handlers.base import BaseHandler
from redis.connection import AbstractConnection

WAYS = ("connect", "send_packed_command")


@contextmanager
def noting() -> Iterator[list[str]]:
    """The tests in which one did, whatever asked: a task, a cache, a session."""
    asked: list[str] = []

    def noted(way: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def note(*of: object, **more: object) -> Any:
            if _is_in_request():
                asked.append(f"{way} in {os.environ.get('PYTEST_CURRENT_TEST', '')}")
            return call(*of, **more)

        return note

    with mock.patch.multiple(AbstractConnection, **{way: noted(way, getattr(AbstractConnection, way)) for way in WAYS}):
        yield asked


def _is_in_request() -> bool:
    frame = sys._getframe()
    while frame:
        if frame.f_code is BaseHandler.get_response.__code__:
            return True
        frame = frame.f_back
    return False
