from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from texting import heartbeats
from texting.models import Heartbeat

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "For health checks: succeed when a process of this kind was at work within the last minute. A worker vouches "
        "for beat too, for it says so only when beat asks."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=Heartbeat.Kind.values)
        parser.add_argument("--here", action="store_true", help="only on this host, which is a container of its own")

    def handle(self, *, kind: str, here: bool, **_options: object) -> None:
        if not heartbeats.is_alive(Heartbeat.Kind(kind), here=here):
            raise CommandError(f"No {kind} was at work within the last minute{' on this host' if here else ''}.")
