"""{% load assignments %}: what runs, on the record of an employee and of a contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from enterprise.assignments.models import Assignment, State
from enterprise.employees.models import Employee

if TYPE_CHECKING:
    from django.template import Context

    from enterprise.contacts.models import Contact

register = template.Library()
SHOWN = 8


@register.simple_tag(takes_context=True)
def assignments_of(context: Context, employee: Employee) -> list[Assignment]:
    """All for a reader who may see them: those that run, then upcoming, then ended ones. Prefetch `all_assignments`."""
    if not context["user"].has_perm("assignments.view_assignment"):
        return []
    order = list(State)
    return sorted(employee.assignments.all(), key=lambda assignment: order.index(assignment.state))


@register.simple_tag
def running(assignments: list[Assignment]) -> list[Assignment]:
    return [assignment for assignment in assignments if assignment.state is State.RUNNING]


@register.inclusion_tag("assignments/_at_customer.html", takes_context=True)
def assigned_at(context: Context, contact: Contact) -> dict[str, Any]:
    """Who of the reader's branches is assigned to a contact's customer today."""
    user = context["user"]
    if not user.has_perms(["assignments.view_assignment", "employees.view_employee"]):
        return {}
    current = Assignment.objects.current().filter(customer=contact.customer_id)
    current = current.filter(employee__in=Employee.objects.visible_to(user).order_by())
    query = urlencode({"customer": contact.customer.name, "assigned": "yes"})
    return {
        "customer": contact.customer,
        "assignments": current.select_related("employee").order_by("employee__sort_name", "pk")[:SHOWN],
        "count": current.values("employee").distinct().count(),
        "shown": SHOWN,
        "all_url": f"{reverse('employees:list')}?{query}",
    }
