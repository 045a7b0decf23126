"""Assignments for tests, by days from today at the employee's branch: `make_assignment(ana, begins=-3, ends=4)`."""

from datetime import timedelta

from enterprise.assignments.models import Assignment, today_at
from tests.enterprise.builders import make_customer


def make_assignment(employee, customer="Acme Foods", *, begins=-30, ends=None, **values):
    return Assignment.objects.create(
        employee=employee,
        customer=make_customer(customer),
        starts_on=day(employee, begins),
        ends_on=None if ends is None else day(employee, ends),
        **values,
    )


def day(employee, days):
    return today_at(employee.branch) + timedelta(days=days)
