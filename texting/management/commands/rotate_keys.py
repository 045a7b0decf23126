from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from texting import conf
from texting.rotation import Rotated, rotate


class Command(BaseCommand):
    help = (
        "Encrypt every stored secret with the first of TEXTING_KEYS again, so that the others can be taken away. "
        "Safe while everything runs, once every process was started anew with that key: one that does not know it "
        "pauses the lines. Stopped in the middle, it goes on where it was."
    )

    def handle(self, *_: Any, **_options: Any) -> None:
        total = Rotated()
        for batch in rotate():
            total.add(batch)
            self.stdout.write(f"lines: {total.line_count}, secrets encrypted again: {total.written_count}")
        first = conf.keyring().key_ids[0]
        facts = {"secrets": total.written_count, "unreadable": len(total.unreadable), "key": first}
        conf.audit()(actor_id=None, action="keys.rotated", subject="texting:keys", facts=facts)
        self.stdout.write(
            f"{total.written_count} secrets were encrypted again with the key “{first}”; "
            f"{total.current_count} were already."
        )
        if total.unreadable:
            named = ", ".join(f"{name} of line {line_id}" for line_id, name in total.unreadable)
            raise CommandError(f"No key of TEXTING_KEYS opens these; do not take a key away yet: {named}")
