"""The textable report: which number each person's texts would go to, so that a firm cleans its numbers first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy

from enterprise.people.kinds import kinds
from enterprise.people.methods import choose_number
from texting.vocabulary import NumberProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import PersonQuerySet

HEADER = ("kind", "id", "name", "type", "number", "problem")
MISSING, INVALID = "missing", "invalid"
PROBLEM_LABELS = {MISSING: gettext_lazy("No phone number"), INVALID: gettext_lazy("Not a valid number")}
_BLOCK = 2000


@dataclass(frozen=True, slots=True)
class ReportRow:
    """`problem` is "", MISSING or INVALID."""

    kind: str
    ident: str
    name: str
    type: str
    number: str
    problem: str

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.kind, self.ident, self.name, self.type, self.number, self.problem)


def report_rows(narrow: Callable[[PersonKind], PersonQuerySet] | None = None) -> Iterator[ReportRow]:
    """A row for every person, active or not, by kind and id; `narrow` chooses whose of a kind."""
    for kind in kinds():
        people = narrow(kind) if narrow else kind.model.objects.all()
        yield from _rows_of(kind, people)


def _rows_of(kind: PersonKind, people: PersonQuerySet) -> Iterator[ReportRow]:
    for person in people.order_by("pk").with_methods().iterator(chunk_size=_BLOCK):
        chosen = choose_number(person.methods.all())
        problem = MISSING if chosen.is_missing else INVALID if chosen.problem else ""
        yield ReportRow(
            kind=kind.key,
            ident=person.ident,
            name=person.name,
            type=chosen.type,
            number=chosen.e164,
            problem=problem,
        )


def with_problem(people: PersonQuerySet, problem: str) -> PersonQuerySet:
    """Those with a problem: MISSING, INVALID, "any", or "" for everyone."""
    if not problem:
        return people
    if problem == MISSING:
        return people.filter(number_problem=NumberProblem.MISSING)
    fine = ["", NumberProblem.MISSING] if problem == INVALID else [""]
    return people.exclude(number_problem__in=fine)


def count_problems(people: PersonQuerySet) -> dict[str, int]:
    """How many people there are ("everyone"), with any problem ("any"), MISSING and INVALID."""
    counts = people.order_by().aggregate(
        everyone=Count("pk"),
        missing=Count("pk", filter=Q(number_problem=NumberProblem.MISSING)),
        fine=Count("pk", filter=Q(number_problem="")),
    )
    problems = counts["everyone"] - counts["fine"]
    return {
        "everyone": counts["everyone"],
        "any": problems,
        MISSING: counts["missing"],
        INVALID: problems - counts["missing"],
    }
