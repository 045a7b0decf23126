from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand

from texting import conf
from texting.runner import Runner

if TYPE_CHECKING:
    from argparse import ArgumentParser

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Send the texts that are due and take in the webhooks that have arrived. Run as many as you like."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--slots", type=int, default=conf.sender_slots(), help="texts in flight at once")

    def handle(self, *, slots: int, **_options: object) -> None:
        runner = Runner(slots)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: runner.stop())
        logger.info("runner: %s slots", slots)
        runner.run()
