from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from enterprise.assignments.models import Assignment, Shift
from enterprise.contacts.filters import customer_filter
from enterprise.contacts.models import Customer
from enterprise.employees.models import Employee
from enterprise.hotlists.filters import HotlistFilter
from enterprise.people.filters import select

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    from enterprise.assignments.models import AssignmentQuerySet
    from enterprise.people.models import PersonQuerySet

ASSIGNED_CHOICES = [("yes", _("Assigned")), ("no", _("Not assigned")), ("soon", _("Ends within 7 days"))]
BY_ASSIGNMENT = ("assigned", "customer", "shift")
# Of the employee in the query around that of assignments.
ZONE = OuterRef("branch__time_zone")


class EmployeeFilter(HotlistFilter):
    """Customer and shift are those of one assignment that runs today."""

    first = (*HotlistFilter.first, "assigned")
    job_field = "job_title"

    assigned = django_filters.ChoiceFilter(
        choices=ASSIGNED_CHOICES,
        label=_("Assignment"),
        empty_label=_("Assigned or not"),
        method="later",
        widget=select(_("Assignment")),
    )
    customer = customer_filter("later")
    shift = django_filters.ChoiceFilter(
        choices=Shift.choices, label=_("Shift"), empty_label=_("Any shift"), method="later", widget=select(_("Shift"))
    )

    class Meta(HotlistFilter.Meta):
        model = Employee

    def __init__(self, *args: Any, user: AbstractUser, **options: Any) -> None:
        super().__init__(*args, user=user, **options)
        if not user.has_perm("assignments.view_assignment"):
            for name in BY_ASSIGNMENT:
                del self.filters[name]

    def later(self, people: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        """Left to `filter_queryset`, which takes the three together."""
        return people

    def filter_queryset(self, queryset: PersonQuerySet) -> PersonQuerySet:
        people: PersonQuerySet = super().filter_queryset(queryset)
        assigned, customer, shift = (self.form.cleaned_data.get(name) for name in BY_ASSIGNMENT)
        if assigned == "no":
            people = people.exclude(_has(Assignment.objects.current(ZONE)))
        if not (customer or shift or assigned in ("yes", "soon")):
            return people
        found = Assignment.objects.ending_soon(ZONE) if assigned == "soon" else Assignment.objects.current(ZONE)
        if customer:
            found = found.filter(customer__in=Customer.matching(customer))
        if shift:
            found = found.filter(shift=shift)
        return people.filter(_has(found))


def _has(assignments: AssignmentQuerySet) -> Exists:
    return Exists(assignments.order_by().filter(employee=OuterRef("pk")))
