"""Assignments: an employee works at a customer, from a day on, perhaps until a day.

"Assigned" is who has one that runs today. What day it is, the clock of the database and the time zone of the employee's
branch decide: an assignment's first day begins, and its last day ends, at midnight there.
"""

from __future__ import annotations

import zoneinfo
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Func, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enterprise.contacts.models import Customer
from enterprise.employees.models import Employee

if TYPE_CHECKING:
    from datetime import date

    from enterprise.users.models import Branch

SOON = timedelta(days=7)
# Nowhere on earth is it another day than this many days before or after the day in UTC.
_DAYS_APART = 1


class Shift(models.TextChoices):
    DAYS = "days", pgettext_lazy("shift", "Days")
    EVENINGS = "evenings", pgettext_lazy("shift", "Evenings")
    NIGHTS = "nights", pgettext_lazy("shift", "Nights")
    WEEKENDS = "weekends", pgettext_lazy("shift", "Weekends")
    ROTATING = "rotating", pgettext_lazy("shift", "Rotating")


class State(models.TextChoices):
    """Where an assignment stands today."""

    RUNNING = "running", gettext_lazy("Running")
    UPCOMING = "upcoming", gettext_lazy("Upcoming")
    ENDED = "ended", gettext_lazy("Ended")


class DayIn(Func):
    """The day it is now in a time zone."""

    template = "(CURRENT_TIMESTAMP AT TIME ZONE %(expressions)s)::date"
    output_field = models.DateField()


class DayInUtc(Func):
    """The day it is now in UTC: a constant for the planner, so that it can use an index."""

    template = "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')::date"
    output_field = models.DateField()
    arity = 0


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def with_today(self, time_zone: str | OuterRef = "employee__branch__time_zone") -> Self:
        """Add `today`, the day it is at the employee's branch.

        Inside a query of employees, `OuterRef("branch__time_zone")` spares looking all of them up again.
        """
        return self.annotate(today=DayIn(time_zone))

    def current(self, time_zone: str | OuterRef = "employee__branch__time_zone") -> Self:
        """Those that run today; `time_zone` as of `with_today`."""
        not_over = Q(ends_on=None) | Q(ends_on__gte=DayInUtc() - _DAYS_APART)
        running = Q(starts_on__lte=F("today")) & (Q(ends_on=None) | Q(ends_on__gte=F("today")))
        return self.with_today(time_zone).filter(not_over, running)

    def ending_soon(self, time_zone: str | OuterRef = "employee__branch__time_zone") -> Self:
        """Those that run today and end today or within `SOON`; `time_zone` as of `with_today`."""
        return self.current(time_zone).filter(ends_on__lte=F("today") + SOON.days)


class Assignment(models.Model):
    """`ends_on` is the last day, itself included; None while no end is known."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="assignments")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="assignments")
    job_title = models.CharField(gettext_lazy("job title"), max_length=120, blank=True)
    shift = models.CharField(gettext_lazy("shift"), max_length=10, choices=Shift.choices, blank=True)
    starts_on = models.DateField(gettext_lazy("from"))
    ends_on = models.DateField(gettext_lazy("to"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="assignment_ends_after_it_starts",
                violation_error_message=gettext_lazy("An assignment cannot end before it begins."),
            ),
            models.UniqueConstraint(
                fields=["employee", "customer", "shift", "starts_on"],
                name="assignment_once",
                violation_error_message=gettext_lazy("There is this assignment already."),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "ends_on"], name="assignment_by_customer"),
            # What runs is little beside what is over.
            models.Index(fields=["ends_on"], name="assignment_by_end"),
        ]

    if TYPE_CHECKING:
        today: date
        employee_id: int
        customer_id: int

    def __str__(self) -> str:
        return f"{self.employee} at {self.customer} from {self.starts_on}"

    @property
    def words(self) -> str:
        """Where and when: "Acme Foods, nights"."""
        if not self.shift:
            return self.customer.name
        return _("%(customer)s, %(shift)s") % {"customer": self.customer, "shift": self.get_shift_display().lower()}

    @property
    def state(self) -> State:
        """Only after `with_today`."""
        if self.starts_on > self.today:
            return State.UPCOMING
        return State.ENDED if self.ends_on and self.ends_on < self.today else State.RUNNING

    @property
    def ends_soon(self) -> bool:
        """Whether it runs and is over within `SOON`; only after `with_today`."""
        return self.state is State.RUNNING and self.ends_on is not None and self.ends_on <= self.today + SOON


def all_assignments() -> models.Prefetch[Any, Any, Any]:
    """For `Employee.objects.prefetch_related(...)`: `assignments.all()` with their `state`."""
    return models.Prefetch("assignments", queryset=Assignment.objects.with_today().select_related("customer"))


def current_assignments() -> models.Prefetch[Any, Any, Any]:
    """For `Employee.objects.prefetch_related(...)`: `current_assignments`, a list, the latest begun first."""
    current = Assignment.objects.current().select_related("customer")
    return models.Prefetch("assignments", queryset=current, to_attr="current_assignments")


def today_at(branch: Branch) -> date:
    """The day it is at a branch, for what a form suggests."""
    return timezone.localdate(timezone=zoneinfo.ZoneInfo(branch.time_zone))
