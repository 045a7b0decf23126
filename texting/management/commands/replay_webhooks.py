from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand

from texting import arrivals, intake
from texting.models import WebhookEvent

if TYPE_CHECKING:
    from argparse import ArgumentParser

State = WebhookEvent.State
FINAL = [State.QUARANTINED, State.MALFORMED, State.KEPT, State.DONE]


class Command(BaseCommand):
    help = (
        "Take in again what failed: webhook events that are in quarantine, or in the states named, and those that were "
        "written to disk while the database was down. Taking in twice does no harm. Lists them; --run takes them in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--state", action="append", choices=[state.value for state in FINAL])
        parser.add_argument("--line", type=int, help="only those of the line with this id")
        parser.add_argument("--event", action="append", type=int, help="only the event with this id")
        parser.add_argument("--run", action="store_true", help="take them in")

    def handle(
        self, *, state: list[str] | None, line: int | None, event: list[int] | None, run: bool, **_: object
    ) -> None:
        events = WebhookEvent.objects.filter(state__in=state or [State.QUARANTINED]).order_by("pk")
        if line:
            events = events.filter(line=line)
        if event:
            events = events.filter(pk__in=event)
        if not run:
            for found in events.iterator():
                self.stdout.write(
                    f"{found.pk} {found.received_at:%Y-%m-%d %H:%M:%S} UTC, line {found.line_id}, {found.event}: "
                    f"{found.state}. {found.problem}"
                )
            self.stdout.write(f"{events.count()} events. Nothing was changed: --run takes them in.")
            return
        spooled = arrivals.replay_spool()
        count = intake.try_again(events)
        while intake.take_in():
            pass
        self.stdout.write(f"{count} event{'' if count == 1 else 's'} and {spooled} from disk taken in again.")
