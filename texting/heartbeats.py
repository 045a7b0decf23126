"""Which of our processes are at work: each says so every few seconds, on the database's clock."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from texting import __version__
from texting.models import Heartbeat
from texting.sql import run

if TYPE_CHECKING:
    from django.db.models import QuerySet

EVERY = timedelta(seconds=5)
# A worker says so when beat asks it to, every 15 s; a runner that waits for PostgreSQL may miss one or two.
ALIVE = timedelta(seconds=60)
KEPT = timedelta(days=1)


def beat(kind: Heartbeat.Kind) -> None:
    """Say that this process is at work."""
    run(
        """
        INSERT INTO texting_heartbeat (kind, process, version) VALUES (%s, %s, %s)
        ON CONFLICT (kind, process) DO UPDATE SET seen_at = now(), version = excluded.version
        """,
        [kind.value, _process(), __version__],
    )


def end(kind: Heartbeat.Kind) -> None:
    """Say that this process ends in good order."""
    Heartbeat.objects.filter(kind=kind, process=_process()).delete()


def sweep() -> int:
    """Forget processes that were not seen for a day; return how many."""
    return Heartbeat.objects.filter(seen_at__lt=Now() - KEPT).delete()[0]


def seen(kind: Heartbeat.Kind) -> QuerySet[Heartbeat]:
    """The processes of a kind, the one seen last first; `age` is how long ago that was."""
    age = ExpressionWrapper(Now() - F("seen_at"), output_field=DurationField())
    return Heartbeat.objects.filter(kind=kind).annotate(age=age).order_by("-seen_at")


def is_alive(kind: Heartbeat.Kind, *, here: bool = False) -> bool:
    """Whether any process of a kind is at work; `here`: on this host, which may be a container of its own."""
    host = f"{socket.gethostname()}:" if here else ""
    return Heartbeat.objects.filter(kind=kind, seen_at__gte=Now() - ALIVE, process__startswith=host).exists()


def _process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:120]
