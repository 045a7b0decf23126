"""What the broker of Celery says of itself, to those who look for what is wrong. Nothing else asks it anything."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kombu.exceptions import KombuError

from texting import conf

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE_SECONDS = 2
_ASKED = ("appendonly", "appendfsync", "maxmemory-policy")


class BrokerSilent(Exception):
    """It cannot be reached or does not answer in time; the message is its client's."""


def durability() -> dict[str, str]:
    """Redis's `appendonly`, `appendfsync` and `maxmemory-policy`; {} for one that does not tell, as managed ones don't.

    Raises BrokerSilent.
    """
    with _connected() as broker:
        client: Any = getattr(broker.channel(), "client", None)
        if not hasattr(client, "config_get"):
            return {}
        client.ping()
        try:
            return {name: told for asked in _ASKED for name, told in client.config_get(asked).items()}
        except broker.channel_errors:
            return {}


def waiting_task_count() -> int:
    """How many tasks no worker has taken yet. Raises BrokerSilent."""
    with _connected() as broker:
        try:
            declared = broker.channel().queue_declare(queue=conf.celery_app().conf.task_default_queue, passive=True)
        except broker.channel_errors:
            # There is no such queue before the first task.
            return 0
        return int(declared.message_count)


@contextmanager
def _connected() -> Iterator[Any]:
    with conf.celery_app().connection_for_read() as broker:
        errors: tuple[type[BaseException], ...] = (*broker.connection_errors, KombuError, OSError)
        try:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=_PATIENCE_SECONDS)
            yield broker
        except errors as error:
            raise BrokerSilent(str(error)) from error
