from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from texting import accounting

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "Prove that each text is in exactly one logged message per record, or where it waits. Lists what is not, and "
        "ends with 1 if there is any; --mend closes and logs it now. Nothing logged is rewritten."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=36_500, help="how far back to look; everything unless given")
        parser.add_argument("--mend", action="store_true", help="close and log now what does not agree")

    def handle(self, *, days: int, mend: bool, **_: object) -> None:
        within = timedelta(days=days)
        found = list(accounting.findings(within))
        if mend and found:
            self.stdout.write(f"{len(accounting.mend(found))} of {len(found)} findings seen to")
            found = list(accounting.findings(within))
        for place, count in accounting.count_places(within).items():
            self.stdout.write(f"{count:>10,}  {place.value}")
        for finding in found:
            about = f"conversation {finding.conversation_id}" if finding.conversation_id else "no conversation"
            self.stdout.write(
                f"{finding.amiss.value}: {about}, record {finding.record or 'any'}, "
                f"texts {', '.join(map(str, finding.text_ids)) or 'all'} {finding.words}".rstrip()
            )
        if found:
            raise CommandError(f"{len(found)} findings: not every text is accounted for.")
        self.stdout.write("Every text is accounted for.")
