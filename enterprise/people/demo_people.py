"""The people of the demo firm, as lines of an import: the seed decides every one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enterprise.people import demo_data as data
from enterprise.people.folding import fold
from enterprise.people.imports.columns import Columns, Line, known_columns
from enterprise.people.methods import EMAIL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from enterprise.people.kinds import PersonKind

INACTIVE_SHARE, DO_NOT_TEXT_SHARE, EMAIL_SHARE, SECOND_NUMBER_SHARE = 0.07, 0.03, 0.8, 0.3
# Cumulated: a bad number, none at all, a field that holds no digit before a good one, else a good number.
BAD_UNTIL, NONE_UNTIL, SKIPPED_UNTIL = 0.06, 0.11, 0.15
MAIN_TYPES = ("sms", "cell_phone", "cell_phone", "cell_phone", "phone", "home_phone")


class Numbers:
    """Hands out each reserved number once."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.left: dict[str, list[str]] = {}

    def take(self, branch: data.DemoBranch) -> str:
        if branch.name not in self.left:
            every = [f"{area} {rest:04}" for area in branch.area_codes for rest in range(100, 200)]
            left = [number for number in every if number not in data.KEPT_NUMBERS]
            self.rng.shuffle(left)
            self.left[branch.name] = left
        area, rest = self.left[branch.name].pop().split()
        return self.rng.choice(data.SHAPES).format(area, rest)


def columns_of(kind: PersonKind) -> Columns:
    return Columns(kind, known_columns(kind))


def people_of(kind: PersonKind, count: int, rng: Random, numbers: Numbers) -> list[Line]:
    """Ids begin well above those that a firm's own first import is likely to bring."""
    names = rng.sample([(first, last) for first in data.FIRST_NAMES for last in data.LAST_NAMES], count)
    return [
        _line(kind, kind.model.first_ident + data.IDENTS_APART + place, name, rng, numbers)
        for place, name in enumerate(names)
    ]


def _line(kind: PersonKind, ident: int, name: tuple[str, str], rng: Random, numbers: Numbers) -> Line:
    branch = rng.choice(data.BRANCHES)
    reps = [user.username for user in data.USERS if user.branch == branch.name]
    own = {"job_title": rng.choice(data.JOBS), "title": rng.choice(data.TITLES)}
    own["department"] = rng.choice(data.DEPARTMENTS)
    texts = {
        "first_name": name[0],
        "last_name": name[1],
        "address": f"{rng.randint(100, 9999)} {rng.choice(data.STREETS)}",
        "city": branch.city,
        "state": branch.state,
        "zip": branch.zip,
    }
    return Line(
        number=0,
        ident=str(ident),
        texts=texts | {column: own[column] for column in kind.text_columns},
        flags={
            "is_active": rng.random() >= INACTIVE_SHARE,
            "do_not_text": rng.random() < DO_NOT_TEXT_SHARE,
        },
        methods=_methods(branch, rng, numbers) | _email(name, rng),
        branch=branch.name,
        service_rep=rng.choice(reps),
        parent=rng.choice(data.CUSTOMERS) if kind.parent else "",
    )


def _methods(branch: data.DemoBranch, rng: Random, numbers: Numbers) -> dict[str, str]:
    fate = rng.random()
    if fate < BAD_UNTIL:
        return {"cell_phone": rng.choice(data.BAD_NUMBERS), "home_phone": numbers.take(branch)}
    if fate < NONE_UNTIL:
        return {}
    methods = {rng.choice(MAIN_TYPES): numbers.take(branch)}
    if fate < SKIPPED_UNTIL:
        methods = {"sms": rng.choice(data.NO_NUMBERS), "cell_phone": numbers.take(branch)}
    if rng.random() < SECOND_NUMBER_SHARE:
        methods.setdefault("office_phone", numbers.take(branch))
    return methods


def _email(name: Sequence[str], rng: Random) -> dict[str, str]:
    if rng.random() >= EMAIL_SHARE:
        return {}
    written = ".".join(fold(part).replace(" ", "-") for part in name)
    return {EMAIL: f"{written}@example.com"}
