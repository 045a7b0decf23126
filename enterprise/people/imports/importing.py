"""Import files of people: all of them or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _

from enterprise.people.imports.columns import Columns, Line, read_columns, read_line
from enterprise.people.imports.planning import existing_people, plan_line
from enterprise.people.imports.reading import Sheet, UnreadableFile, read_sheet
from enterprise.people.imports.references import Missing, References, create_missing, read_references, refuse_missing
from enterprise.people.imports.results import FileResult, ImportResult
from enterprise.people.imports.writing import write_plans
from enterprise.people.kinds import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

_LOCK = "people.import"


@dataclass(frozen=True, slots=True)
class ImportFile:
    name: str
    content: bytes


def import_files(files: Sequence[ImportFile], *, now: datetime, missing: Missing = refuse_missing) -> ImportResult:
    """Write all files, or nothing when any line of any of them is bad. Raises nothing for what a file holds.

    Waits for another import.
    """
    with transaction.atomic():
        result = _write(files, now=now, missing=missing)
        if not result.is_good:
            transaction.set_rollback(True)
    return result


def try_files(files: Sequence[ImportFile], *, now: datetime, missing: Missing = refuse_missing) -> ImportResult:
    """Tell what `import_files` would do: it is done, and undone."""
    with transaction.atomic():
        result = _write(files, now=now, missing=missing)
        transaction.set_rollback(True)
    return result


def is_first() -> bool:
    """Whether no other import runs; until the end of the caller's transaction none begins then. Does not wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [_LOCK])
        return bool(cursor.fetchone()[0])


def missing_rule(*, create: bool) -> Missing:
    return create_missing if create else refuse_missing


def _write(files: Sequence[ImportFile], *, now: datetime, missing: Missing) -> ImportResult:
    with connection.cursor() as cursor:
        # Two imports at once would both find that a person is new.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOCK])
    return ImportResult([_write_file(file, now=now, missing=missing) for file in files])


def _write_file(file: ImportFile, *, now: datetime, missing: Missing) -> FileResult:
    result = FileResult(file.name)
    try:
        sheet = read_sheet(file.content)
        columns = read_columns(sheet, kinds())
    except UnreadableFile as problem:
        result.add_bad_line(problem.line_number, "", problem.words)
        return result
    result.kind_label = str(columns.kind.label_plural)
    references = read_references(columns.kind.parent)
    lines = _read_lines(sheet, columns, result)
    lines = _with_references(lines, columns, references, missing=missing, result=result)
    existing = existing_people(columns, (line.ident for line in lines))
    plans = [(line, plan_line(line, columns, references, existing.get(line.ident))) for line in lines]
    result.lines = [plan.outcome_of(line) for line, plan in plans]
    _tell_created(result, references, columns)
    if not result.bad_lines:
        write_plans([plan for _, plan in plans], columns, now=now)
    return result


def _read_lines(sheet: Sheet, columns: Columns, result: FileResult) -> list[Line]:
    """The good lines; the bad ones go into `result`."""
    lines: list[Line] = []
    seen: dict[str, int] = {}
    for row in sheet.rows:
        line, problems = read_line(row, columns)
        if line.ident in seen:
            facts = {"column": columns.kind.id_column, "id": line.ident, "line": seen[line.ident]}
            problems.append(_("%(column)s %(id)s is on line %(line)s already") % facts)
        elif line.ident:
            seen[line.ident] = line.number
        if problems:
            _add_bad(result, line, problems)
        else:
            lines.append(line)
    return lines


def _with_references(
    lines: Iterable[Line], columns: Columns, references: References, *, missing: Missing, result: FileResult
) -> list[Line]:
    good: list[Line] = []
    for line in lines:
        problems = missing(line, references, columns.kind.parent)
        if problems:
            _add_bad(result, line, problems)
            result.names_missing = missing is refuse_missing
        else:
            good.append(line)
    result.bad_lines.sort(key=lambda bad: bad.number)
    return good


def _add_bad(result: FileResult, line: Line, problems: list[str]) -> None:
    words = "; ".join(problems)
    result.add_bad_line(line.number, line.ident[:40], words[:1].upper() + words[1:] + ".")


def _tell_created(result: FileResult, references: References, columns: Columns) -> None:
    result.created_branches = references.created_branches
    result.created_reps = references.created_reps
    result.created_parents = references.created_parents
    result.parent_plural = str(columns.kind.parent.plural) if columns.kind.parent else ""
