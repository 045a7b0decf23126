"""Write what was planned: a few statements for a file, however long it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enterprise.people.imports.columns import FLAG_COLUMNS, SERVICE_REP, TEXT_COLUMNS
from enterprise.people.imports.results import Outcome
from enterprise.people.person import INDEXED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from enterprise.people.imports.columns import Columns
    from enterprise.people.imports.planning import PersonPlan

BLOCK = 1000


def write_plans(plans: Sequence[PersonPlan], columns: Columns, *, now: datetime) -> None:
    """Write people and contact methods, with the verdicts and search texts that saving each would keep."""
    wanted = [plan for plan in plans if plan.outcome is not Outcome.SKIPPED]
    for plan in wanted:
        _judge(plan, now=now)
    model = columns.kind.model
    model._base_manager.bulk_create(
        [plan.person for plan in wanted if plan.outcome is Outcome.CREATED], batch_size=BLOCK
    )
    changed = [plan.person for plan in wanted if plan.outcome is Outcome.CHANGED]
    model._base_manager.bulk_update(changed, _person_fields(columns), batch_size=BLOCK)
    _write_methods(wanted, columns)


def _judge(plan: PersonPlan, *, now: datetime) -> None:
    for method in plan.methods:
        method.judge(plan.person.branch.region)
    for method in plan.changed_methods:
        method.updated_at = now
    plan.person.updated_at = now
    plan.person.index(plan.methods)


def _person_fields(columns: Columns) -> list[str]:
    parent = [columns.kind.parent.field] if columns.kind.parent else []
    own = [*TEXT_COLUMNS, *FLAG_COLUMNS.values(), "branch", SERVICE_REP, *parent, *columns.kind.text_columns]
    return [*own, "updated_at", *INDEXED]


def _write_methods(plans: Sequence[PersonPlan], columns: Columns) -> None:
    methods = columns.kind.method_model._base_manager
    gone = [method.pk for plan in plans for method in plan.gone]
    methods.filter(pk__in=gone).delete()
    changed = [method for plan in plans for method in plan.changed_methods]
    methods.bulk_update(changed, ["value", "e164", "problem", "updated_at"], batch_size=BLOCK)
    new = [method for plan in plans for method in plan.new_methods]
    for method in new:
        method.person_id = method.person.pk
    methods.bulk_create(new, batch_size=BLOCK)
