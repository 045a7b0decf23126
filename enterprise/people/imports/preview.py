"""What an import page shows of a result, kept with the upload so that reloading the page costs nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from enterprise.people.imports.results import Outcome

if TYPE_CHECKING:
    from enterprise.people.imports.results import FileResult

MOST_BAD_LINES = 1000
MOST_LINES = 200


def preview_of(result: FileResult) -> dict[str, Any]:
    """Return the result as JSON; of long lists the first part, with the count of all."""
    lines = [line for line in result.lines if line.outcome is not Outcome.SKIPPED]
    return {
        "kind_label": result.kind_label,
        "created_count": result.created_count,
        "changed_count": result.changed_count,
        "skipped_count": result.skipped_count,
        "bad_count": len(result.bad_lines),
        "names_missing": result.names_missing,
        "bad_lines": [
            {"number": bad.number, "ident": bad.ident, "words": bad.words} for bad in result.bad_lines[:MOST_BAD_LINES]
        ],
        "lines": [
            {
                "number": line.number,
                "ident": line.ident,
                "name": line.name,
                "outcome": line.outcome.value,
                "changed": ", ".join(name.replace("_", " ") for name in line.changed),
            }
            for line in lines[:MOST_LINES]
        ],
        "line_count": len(lines),
        "digest": _digest(result),
        "new": [
            {"nouns": nouns, "names": names}
            for nouns, names in (
                (_("Branches"), result.created_branches),
                (_("Service reps"), result.created_reps),
                (result.parent_plural, result.created_parents),
            )
            if names
        ],
    }


def _digest(result: FileResult) -> str:
    """The same for the same outcome of every line, in whatever language it is shown."""
    created = [result.created_branches, result.created_reps, result.created_parents]
    lines = [(line.number, line.ident, line.name, line.outcome.value, line.changed) for line in result.lines]
    bad = [(one.number, one.ident) for one in result.bad_lines]
    return hashlib.sha256(repr((lines, bad, created)).encode()).hexdigest()
