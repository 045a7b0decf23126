from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enterprise.administration import audit
from enterprise.people.imports.importing import ImportFile, import_files, missing_rule, try_files
from enterprise.people.imports.reading import MAX_BYTES

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from enterprise.people.imports.results import FileResult


class Command(BaseCommand):
    help = (
        "Import employees and contacts from CSV files; the header tells which. All files are imported or none. "
        "An empty cell clears what is stored, but for active and do_not_text, of which it says nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--create-missing", action="store_true", help="create branches, service reps and customers not known yet"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, files: list[Path], create_missing: bool, dry_run: bool, **options: Any) -> None:
        run = try_files if dry_run else import_files
        result = run([_read(path) for path in files], now=timezone.now(), missing=missing_rule(create=create_missing))
        if not result.is_good:
            self._refuse(result.files)
        if not dry_run:
            names = ("created_count", "changed_count", "skipped_count")
            counts = {name: sum(getattr(file, name) for file in result.files) for name in names}
            audit.record(actor_id=None, action="people.imported", subject="import:command", facts=counts)
        for file in result.files:
            self._tell(file, "would be" if dry_run else "")

    def _refuse(self, files: list[FileResult]) -> None:
        bad_count = 0
        for file in files:
            for bad in file.bad_lines:
                self.stderr.write(f"{file.file_name}:{bad.number}: {bad.words}", self.style.NOTICE)
                bad_count += 1
        lines = "1 bad line" if bad_count == 1 else f"{bad_count} bad lines"
        raise CommandError(f"Nothing was imported: {lines}.")

    def _tell(self, file: FileResult, would_be: str) -> None:
        counts = [
            f"{file.created_count:,} {would_be} created",
            f"{file.changed_count:,} {would_be} changed",
            f"{file.skipped_count:,} unchanged",
        ]
        self.stdout.write(f"{file.file_name}: {file.kind_label}: {', '.join(counts)}.".replace("  ", " "))
        made = {
            "Branches": file.created_branches,
            "Service reps": file.created_reps,
            file.parent_plural: file.created_parents,
        }
        for nouns, names in made.items():
            if names:
                self.stdout.write(f"  {nouns} {would_be} created: {', '.join(names)}".replace("  created", " created"))


def _read(path: Path) -> ImportFile:
    try:
        with path.open("rb") as file:
            # One byte more tells that a file is too large without reading all of it.
            return ImportFile(str(path), file.read(MAX_BYTES + 1))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
