"""A file's lines compared with the people there are: what each would create or change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from enterprise.people.imports.columns import FLAG_COLUMNS, SERVICE_REP, Columns, Line
from enterprise.people.imports.results import LineOutcome, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from enterprise.people.imports.references import References
    from enterprise.people.models import ContactMethod, Person


_COLUMN_NAMES = {field_name: column for column, field_name in FLAG_COLUMNS.items()}


@dataclass(slots=True)
class PersonPlan:
    """A person as they will be. `methods` are all that they will have; `gone` those that will be deleted."""

    person: Person
    outcome: Outcome
    changed: list[str] = field(default_factory=list)
    methods: list[ContactMethod] = field(default_factory=list)
    new_methods: list[ContactMethod] = field(default_factory=list)
    changed_methods: list[ContactMethod] = field(default_factory=list)
    gone: list[ContactMethod] = field(default_factory=list)

    def outcome_of(self, line: Line) -> LineOutcome:
        return LineOutcome(line.number, line.ident, self.person.name, self.outcome, tuple(self.changed))


def plan_line(line: Line, columns: Columns, references: References, existing: Person | None) -> PersonPlan:
    """Compare without writing; `existing` has its methods prefetched, and is changed in memory."""
    values = _values(line, columns, references)
    if existing is None:
        person = columns.kind.new(ident=line.ident, **values)
        plan = PersonPlan(person, Outcome.CREATED)
    else:
        plan = PersonPlan(
            existing, Outcome.SKIPPED, changed=_change(existing, values), methods=existing.entered_methods()
        )
    for method_type, value in line.methods.items():
        _plan_method(plan, columns, method_type, value)
    if plan.outcome is Outcome.SKIPPED and plan.changed:
        plan.outcome = Outcome.CHANGED
    return plan


def existing_people(columns: Columns, idents: Iterable[str]) -> dict[str, Person]:
    """The people with these idents, locked, with their methods."""
    model, parent = columns.kind.model, columns.kind.parent
    related = ["branch", "service_rep", *([parent.field] if parent else [])]
    found = model.objects.filter(ident__in=list(idents)).select_related(*related)
    return {person.ident: person for person in found.select_for_update(of=("self",)).with_methods()}


def _values(line: Line, columns: Columns, references: References) -> dict[str, Any]:
    values: dict[str, Any] = {**line.texts, **line.flags, "branch": references.branches[line.branch.casefold()]}
    if SERVICE_REP in columns.names:
        values[SERVICE_REP] = references.reps[line.service_rep.casefold()] if line.service_rep else None
    if parent := columns.kind.parent:
        values[parent.field] = references.parents[line.parent.casefold()]
    return values


def _change(person: Person, values: dict[str, Any]) -> list[str]:
    changed = []
    for name, value in values.items():
        stored = getattr(person, name)
        if getattr(stored, "pk", stored) != getattr(value, "pk", value):
            setattr(person, name, value)
            changed.append(_COLUMN_NAMES.get(name, name))
    return changed


def _plan_method(plan: PersonPlan, columns: Columns, method_type: str, value: str) -> None:
    """The file is the truth for the columns it has: after it, a person has its value of that type and no other."""
    same_type = [method for method in plan.methods if method.type == method_type]
    if [method.value for method in same_type] == ([value] if value else []):
        return
    # The row that texting would choose takes the new value, so that a corrected number stays the same row.
    by_value = sorted(same_type, key=lambda method: (method.value != value, not method.is_primary, method.pk or 0))
    kept = by_value[:1] if value else []
    plan.gone += by_value[len(kept) :]
    plan.methods = [method for method in plan.methods if method not in plan.gone]
    if kept:
        if kept[0].value != value:
            kept[0].value = value
            plan.changed_methods.append(kept[0])
    elif value:
        made = columns.kind.new_method(person=plan.person, type=method_type, value=value)
        plan.new_methods.append(made)
        plan.methods.append(made)
    if plan.outcome is not Outcome.CREATED:
        plan.changed.append(method_type)
