"""Write assignments, with the audit entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from enterprise.administration import audit

if TYPE_CHECKING:
    from enterprise.assignments.forms import AssignmentForm, EndForm
    from enterprise.assignments.models import Assignment
    from enterprise.users.models import User


def save_assignment(form: AssignmentForm | EndForm, *, before: dict[str, Any], by: User) -> Assignment:
    """Write a valid form in the caller's transaction; `before` is `facts_of` what is stored, {} for a new one."""
    assignment: Assignment = form.save()
    after = facts_of(assignment)
    if not before:
        _record(assignment, "assignment.added", after, by)
    elif changed := sorted(name for name in after if after[name] != before[name]):
        _record(
            assignment,
            "assignment.changed",
            {
                "employee": assignment.employee_id,
                "before": {name: before[name] for name in changed},
                "after": {name: after[name] for name in changed},
            },
            by,
        )
    return assignment


def delete_assignment(assignment: Assignment, *, by: User) -> None:
    """In the caller's transaction."""
    _record(assignment, "assignment.deleted", facts_of(assignment), by)
    assignment.delete()


def facts_of(assignment: Assignment) -> dict[str, Any]:
    """What the audit keeps: ids, codes and days."""
    return {
        "employee": assignment.employee_id,
        "customer": assignment.customer_id,
        "shift": assignment.shift,
        "starts_on": assignment.starts_on.isoformat(),
        "ends_on": assignment.ends_on.isoformat() if assignment.ends_on else None,
    }


def _record(assignment: Assignment, action: str, facts: dict[str, Any], by: User) -> None:
    audit.record(actor_id=by.pk, action=action, subject=f"assignment:{assignment.pk}", facts=facts)
