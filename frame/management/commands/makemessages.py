"""As Django's own, but no translation is guessed from a similar text, and no file says when it was made."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.management.commands import makemessages

MADE_AT = re.compile(r'^"POT-Creation-Date: .*\n', re.MULTILINE)


class Command(makemessages.Command):
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def write_po_file(self, potfile: str, locale: str) -> None:
        super().write_po_file(potfile, locale)
        path = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        path.write_text(MADE_AT.sub("", path.read_text("utf-8")), "utf-8")
