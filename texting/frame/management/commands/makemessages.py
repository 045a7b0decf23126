"""As Django's own, but no translation is guessed from a similar text, and no file says when it was made."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.management.commands import makemessages
from django.core.management.commands.makemessages import TranslatableFile

MADE_AT = re.compile(r'^"POT-Creation-Date: .*\n', re.MULTILINE)


class Command(makemessages.Command):
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def find_files(self, root: str) -> list[TranslatableFile]:
        """The scripts' words go with texting into other hosts, as the scripts do."""
        files: list[TranslatableFile] = super().find_files(root)
        scripts = Path("static").resolve()
        for file in files:
            if Path(file.dirpath).resolve().is_relative_to(scripts):
                file.locale_dir = str(Path("texting/locale").resolve())
        return files

    def write_po_file(self, potfile: str, locale: str) -> None:
        super().write_po_file(potfile, locale)
        path = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        path.write_text(MADE_AT.sub("", path.read_text("utf-8")), "utf-8")
