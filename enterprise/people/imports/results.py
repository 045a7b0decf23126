from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Outcome(Enum):
    CREATED = "created"
    CHANGED = "changed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be imported; `number` counts from 1, the header being line 1."""

    number: int
    ident: str
    words: str


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What a line does; `changed` names the columns that differ from what there is."""

    number: int
    ident: str
    name: str
    outcome: Outcome
    changed: tuple[str, ...] = ()


@dataclass(slots=True)
class FileResult:
    """What became of one file. With bad lines nothing of it was written.

    `kind_label` is "" when the file could not be read that far; `names_missing` when lines are bad because they name
    what could be created on the way.
    """

    file_name: str
    kind_label: str = ""
    lines: list[LineOutcome] = field(default_factory=list)
    bad_lines: list[BadLine] = field(default_factory=list)
    names_missing: bool = False
    created_branches: list[str] = field(default_factory=list)
    created_reps: list[str] = field(default_factory=list)
    created_parents: list[str] = field(default_factory=list)
    parent_plural: str = ""

    def add_bad_line(self, number: int, ident: str, words: str) -> None:
        """A NUL, which the database could not keep, is shown as "�"."""
        self.bad_lines.append(BadLine(number, ident.replace("\x00", "�"), words.replace("\x00", "�")))

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome is outcome for line in self.lines)

    @property
    def created_count(self) -> int:
        return self.count(Outcome.CREATED)

    @property
    def changed_count(self) -> int:
        return self.count(Outcome.CHANGED)

    @property
    def skipped_count(self) -> int:
        return self.count(Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class ImportResult:
    files: list[FileResult]

    @property
    def is_good(self) -> bool:
        return not any(result.bad_lines for result in self.files)
