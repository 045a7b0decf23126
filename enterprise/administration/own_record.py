"""A record that stands for a user, so that a test text goes the way of every text: `texting.seam_help`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from enterprise.employees.models import Employee, EmployeeContactMethod
from enterprise.people.changes import record_change
from enterprise.people.kinds import get_kind, kinds
from enterprise.users.models import User
from texting.numbers import format_number
from texting.seam import RecordKey, find_record_type
from texting.vocabulary import MethodType

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser


def own_record(user: AbstractUser, e164: str) -> RecordKey | None:
    """The record, active if there is one, that has the number already; else a new employee with the user's name."""
    if not isinstance(user, User):
        return None
    for kind in kinds():
        record_type = find_record_type(kind.key)
        holders = (
            [one for one in record_type.match_numbers([e164]).get(e164, []) if one.is_active] if record_type else []
        )
        seen = record_type.candidates(user, [one.key.record_id for one in holders]) if record_type else []
        if seen:
            return seen[0].key
    return _add(user, e164)


def _add(user: User, e164: str) -> RecordKey | None:
    """A record that they could not see would be made anew for each test."""
    kind = get_kind("employee")
    usable = user.visible_branches().filter(is_active=True)
    branch = usable.filter(pk=user.home_branch_id or 0).first() or usable.order_by("pk").first()
    if branch is None or not user.has_perms([kind.permission("view"), kind.permission("add")]):
        return None
    with transaction.atomic():
        employee = Employee(first_name=user.first_name or user.username, last_name=user.last_name, branch=branch)
        employee.save()
        EmployeeContactMethod(person=employee, type=MethodType.SMS.value, value=format_number(e164)).save()
        record_change(user, employee, kind, "added", fields=["first_name", "last_name", "methods"])
    return RecordKey(kind.key, employee.pk)
