"""The assignments of the demo firm: who works where, around the day it is loaded."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from enterprise.assignments.models import Assignment, Shift, today_at
from enterprise.contacts.models import Customer
from enterprise.employees.models import Employee

if TYPE_CHECKING:
    from datetime import date

SEED = 2027
RUNNING_SHARE, UPCOMING_SHARE, PAST_SHARE, ENDING_SOON_SHARE, OPEN_SHARE = 0.55, 0.06, 0.5, 0.15, 0.4
# Most work days; no shift is said for office jobs.
SHIFTS = (*[Shift.DAYS] * 4, *[Shift.NIGHTS] * 3, Shift.EVENINGS, Shift.EVENINGS, Shift.WEEKENDS, Shift.ROTATING, "")


def make_assignments() -> None:
    rng = random.Random(SEED)  # noqa: S311 - the same ones every time
    customers = list(Customer.objects.order_by("name"))
    for employee in Employee.objects.select_related("branch").order_by("pk"):
        _make_for(employee, customers, rng)


def _make_for(employee: Employee, customers: list[Customer], rng: random.Random) -> None:
    today = today_at(employee.branch)
    now_at, before_at = rng.sample(customers, 2)
    fate = rng.random()
    begins = today - timedelta(days=rng.randint(3, 200))
    made: list[tuple[Customer, date, date | None]] = []
    if rng.random() < PAST_SHARE:
        ended = begins - timedelta(days=rng.randint(1, 60))
        began = ended - timedelta(days=rng.randint(5, 150))
        made.append((before_at, began, ended))
    if employee.is_active and fate < RUNNING_SHARE:
        made.append((now_at, begins, _end(today, rng)))
    elif employee.is_active and fate < RUNNING_SHARE + UPCOMING_SHARE:
        made.append((now_at, today + timedelta(days=rng.randint(1, 14)), None))
    Assignment.objects.bulk_create(
        Assignment(
            employee=employee,
            customer=customer,
            job_title=employee.job_title,
            shift=rng.choice(SHIFTS),
            starts_on=starts_on,
            ends_on=ends_on,
        )
        for customer, starts_on, ends_on in made
    )


def _end(today: date, rng: random.Random) -> date | None:
    fate = rng.random()
    if fate < ENDING_SOON_SHARE:
        return today + timedelta(days=rng.randint(0, 7))
    return None if fate < ENDING_SOON_SHARE + OPEN_SHARE else today + timedelta(days=rng.randint(8, 120))
