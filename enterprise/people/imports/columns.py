"""The columns of an import, and a row of cells as values of a person."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enterprise.people.imports.reading import UnreadableFile
from enterprise.people.methods import EMAIL, METHOD_TYPES, PRIORITY
from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

    from enterprise.people.imports.reading import Row, Sheet
    from enterprise.people.kinds import PersonKind

METHOD_COLUMNS = (*PRIORITY, EMAIL)
TEXT_COLUMNS = ("first_name", "last_name", "address", "city", "state", "zip")
FLAG_COLUMNS = {"active": "is_active", "do_not_text": "do_not_text"}
BRANCH, SERVICE_REP = "branch", "service_rep"
METHOD_LENGTH = 200

_YES = frozenset({"yes", "y", "true", "t", "1", "on", "active"})
_NO = frozenset({"no", "n", "false", "f", "0", "off", "inactive"})
_ALSO_CALLED = {"e_mail": EMAIL, "zip_code": "zip", "postal_code": "zip", "mobile": "cell_phone"}
assert {method_type for method_type, _ in METHOD_TYPES} == set(METHOD_COLUMNS)  # noqa: S101 - an import knows every type


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a file, understood: `names` in the order of its cells."""

    kind: PersonKind
    names: list[str]

    @property
    def required(self) -> list[str]:
        return required_columns(self.kind)

    def text_columns(self) -> list[str]:
        return [name for name in (*TEXT_COLUMNS, *self.kind.text_columns) if name in self.names]

    def flag_columns(self) -> list[str]:
        return [name for name in FLAG_COLUMNS if name in self.names]

    def method_columns(self) -> list[str]:
        return [name for name in METHOD_COLUMNS if name in self.names]


@dataclass(frozen=True, slots=True)
class Line:
    """A row as values. `flags` holds only those that the row states: an empty cell says nothing about them.

    `methods` has "" where the person is to have none of that type; `parent` is "" for kinds without one.
    """

    number: int
    ident: str
    texts: dict[str, str]
    flags: dict[str, bool]
    methods: dict[str, str]
    branch: str
    service_rep: str | None
    parent: str


def required_columns(kind: PersonKind) -> list[str]:
    parent = [kind.parent.column] if kind.parent else []
    return [kind.id_column, "first_name", "last_name", BRANCH, *parent]


def known_columns(kind: PersonKind) -> list[str]:
    others = [*TEXT_COLUMNS, SERVICE_REP, *FLAG_COLUMNS, *METHOD_COLUMNS, *kind.text_columns]
    return list(dict.fromkeys([*required_columns(kind), *others]))


def read_columns(sheet: Sheet, kinds: list[PersonKind]) -> Columns:
    """Tell the kind of people from the header. Raises UnreadableFile for one that cannot be imported."""
    names = [_name(cell) for cell in sheet.header]
    of_kind = [kind for kind in kinds if kind.id_column in names]
    id_columns = {"columns": _either(f"“{kind.id_column}”" for kind in kinds)}
    if not of_kind:
        words = _("The first line has to name the columns, one of them %(columns)s.")
        raise UnreadableFile(words % id_columns)
    if len(of_kind) > 1:
        words = _("The first line may name only one of %(columns)s: a file holds one kind of people.")
        raise UnreadableFile(words % id_columns)
    kind = of_kind[0]
    _refuse_wrong(names, sheet.header, kind)
    return Columns(kind, names)


def _refuse_wrong(names: list[str], header: list[str], kind: PersonKind) -> None:
    missing = [name for name in required_columns(kind) if name not in names]
    twice = {name for name in names if names.count(name) > 1}
    known = known_columns(kind)
    unknown = [written for name, written in zip(names, header, strict=True) if name not in known]
    if missing:
        words = ngettext("The column %(columns)s is missing.", "The columns %(columns)s are missing.", len(missing))
        raise UnreadableFile(words % {"columns": _quoted(missing)})
    if twice:
        words = ngettext(
            "The column %(columns)s is there twice.", "The columns %(columns)s are there twice.", len(twice)
        )
        raise UnreadableFile(words % {"columns": _quoted(sorted(twice))})
    if unknown:
        words = _("No column is called %(unknown)s. The columns are: %(known)s.")
        shown = _quoted([name[:40] for name in unknown[:5]])
        raise UnreadableFile(words % {"unknown": shown, "known": ", ".join(known)})


def read_line(row: Row, columns: Columns) -> tuple[Line, list[str]]:
    """Return the row's values, and what is wrong with them in words."""
    kind = columns.kind
    if len(row.cells) != len(columns.names):
        counts = {"count": len(row.cells), "expected": len(columns.names)}
        words = _("has %(count)s cells, the first line has %(expected)s") % counts
        return _empty_line(row.number, row.cells[0] if row.cells else ""), [words]
    cells = dict(zip(columns.names, row.cells, strict=True))
    trimmed = {name: cell.strip() for name, cell in cells.items()}
    line = Line(
        number=row.number,
        ident=trimmed[kind.id_column].removeprefix("#"),
        texts={name: trimmed[name] for name in columns.text_columns()},
        flags={FLAG_COLUMNS[name]: _flag(trimmed[name]) for name in columns.flag_columns() if trimmed[name]},
        # A value stays exactly as entered, its spaces too; one of spaces alone is none.
        methods={name: cells[name] if trimmed[name] else "" for name in columns.method_columns()},
        branch=trimmed[BRANCH],
        service_rep=trimmed.get(SERVICE_REP),
        parent=trimmed[kind.parent.column] if kind.parent else "",
    )
    return line, [*_blanks(trimmed, columns), *_bad_flags(trimmed, columns), *_bad_texts(cells, trimmed, columns)]


def _blanks(cells: dict[str, str], columns: Columns) -> list[str]:
    blank = [name for name in columns.required if not cells[name] and name != "last_name"]
    return [_("%(column)s is empty") % {"column": name} for name in blank]


def _bad_flags(cells: dict[str, str], columns: Columns) -> list[str]:
    wrong = [name for name in columns.flag_columns() if cells[name] and cells[name].casefold() not in _YES | _NO]
    words = _("%(column)s is “%(value)s”; write yes or no")
    return [words % {"column": name, "value": cells[name][:40]} for name in wrong]


def _bad_texts(cells: dict[str, str], trimmed: dict[str, str], columns: Columns) -> list[str]:
    if any("\x00" in cell for cell in cells.values()):
        return [_("holds a NUL character, which no text can hold")]
    words = _("%(column)s has %(count)s characters; %(limit)s is the most")
    return [
        words % {"column": name, "count": len(trimmed[name]), "limit": limit}
        for name, limit in _limits(columns.kind).items()
        if len(cells.get(name, "") if name in METHOD_COLUMNS else trimmed.get(name, "")) > limit
    ]


@functools.cache
def _limits(kind: PersonKind) -> dict[str, int]:
    limits = {name: _max_length(kind.model, name) for name in (*TEXT_COLUMNS, *kind.text_columns)}
    limits |= dict.fromkeys(METHOD_COLUMNS, METHOD_LENGTH)
    limits[kind.id_column] = _max_length(kind.model, "ident")
    limits[BRANCH] = _max_length(Branch, "name")
    limits[SERVICE_REP] = _max_length(User, "username")
    if kind.parent:
        limits[kind.parent.column] = _max_length(kind.parent.model, kind.parent.name_field)
    return limits


def _max_length(model: type[Model], name: str) -> int:
    return int(getattr(model._meta.get_field(name), "max_length", 0))


def _flag(cell: str) -> bool:
    return cell.casefold() in _YES


def _empty_line(number: int, ident: str) -> Line:
    return Line(number, ident.strip(), texts={}, flags={}, methods={}, branch="", service_rep=None, parent="")


def _either(names: Iterable[str]) -> str:
    return functools.reduce(lambda one, other: _("%(one)s or %(other)s") % {"one": one, "other": other}, names)


def _quoted(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _name(cell: str) -> str:
    name = re.sub(r"[\s-]+", "_", cell.strip().casefold())
    return _ALSO_CALLED.get(name, name)
