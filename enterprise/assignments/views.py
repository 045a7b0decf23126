"""Add, edit, end and delete an assignment, from the record of the employee; who may not see that gets a 404."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from enterprise.assignments.changes import delete_assignment, facts_of, save_assignment
from enterprise.assignments.forms import AssignmentForm, EndForm
from enterprise.assignments.models import Assignment
from enterprise.employees.kind import EMPLOYEE
from enterprise.employees.models import Employee
from enterprise.people.access import KindView
from texting.seam_help import get_visible

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class AssignmentView(KindView):
    """`action` is the permission on assignments: add, change or delete."""

    kind = EMPLOYEE
    page = ""

    def get_permission_required(self) -> list[str]:
        return [self.kind.permission("view"), f"assignments.{self.action}_assignment"]

    def get_person(self, pk: int) -> Employee:
        employee: Employee = get_visible(self.visible(), pk)
        return employee

    def find(self, employee: Employee, pk: int) -> Assignment:
        assignment = get_object_or_404(Assignment.objects.select_related("customer"), pk=pk, employee=employee)
        assignment.employee = employee
        return assignment

    def show(self, request: HttpRequest, assignment: Assignment, **context: Any) -> HttpResponse:
        """Draw `page`, one of the templates of this app; 422 for a form that was refused."""
        form = context.get("form")
        context |= {"assignment": assignment, "person": assignment.employee, "kind": self.kind}
        return render(request, f"assignments/{self.page}.html", context, status=422 if form and form.is_bound else 200)


def lock_employee(employee: Employee) -> None:
    """Of two who save at once, or a double click, the second sees what the first has written."""
    Employee.objects.order_by().filter(pk=employee.pk).select_for_update(no_key=True).values_list("pk").get()


def back_to_record(employee: Employee) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{employee.get_absolute_url()}#assignments", status=303)


class AddAssignment(AssignmentView):
    action = "add"
    page = "form"

    def get(self, request: HttpRequest, person_pk: int) -> HttpResponse:
        assignment = Assignment(employee=self.get_person(person_pk))
        return self.show(request, assignment, form=AssignmentForm(instance=assignment))

    @transaction.atomic
    def post(self, request: HttpRequest, person_pk: int) -> HttpResponse:
        employee = self.get_person(person_pk)
        lock_employee(employee)
        form = AssignmentForm(request.POST, instance=Assignment(employee=employee))
        if not form.is_valid():
            return self.show(request, form.instance, form=form)
        saved = save_assignment(form, before={}, by=self.user)
        words = {"name": employee.name, "customer": saved.customer}
        messages.success(request, _("The assignment of %(name)s to %(customer)s was added.") % words)
        return back_to_record(employee)


class ChangeAssignment(AssignmentView):
    action = "change"
    form_class: type[AssignmentForm | EndForm]

    def get(self, request: HttpRequest, person_pk: int, pk: int) -> HttpResponse:
        assignment = self.find(self.get_person(person_pk), pk)
        return self.show(request, assignment, form=self.form_class(instance=assignment))

    @transaction.atomic
    def post(self, request: HttpRequest, person_pk: int, pk: int) -> HttpResponse:
        employee = self.get_person(person_pk)
        lock_employee(employee)
        assignment = self.find(employee, pk)
        before = facts_of(assignment)
        form = self.form_class(request.POST, instance=assignment)
        if not form.is_valid():
            return self.show(request, self.find(employee, pk), form=form)
        saved = save_assignment(form, before=before, by=self.user)
        words = {"name": employee.name, "customer": saved.customer}
        messages.success(request, _("The assignment of %(name)s to %(customer)s was saved.") % words)
        return back_to_record(employee)


class EditAssignment(ChangeAssignment):
    page = "form"
    form_class = AssignmentForm


class EndAssignment(ChangeAssignment):
    page = "end"
    form_class = EndForm


class DeleteAssignment(AssignmentView):
    """For one that should never have been entered; one that is over is ended."""

    action = "delete"
    page = "delete"

    def get(self, request: HttpRequest, person_pk: int, pk: int) -> HttpResponse:
        return self.show(request, self.find(self.get_person(person_pk), pk))

    @transaction.atomic
    def post(self, request: HttpRequest, person_pk: int, pk: int) -> HttpResponse:
        employee = self.get_person(person_pk)
        lock_employee(employee)
        assignment = self.find(employee, pk)
        delete_assignment(assignment, by=self.user)
        words = {"name": employee.name, "customer": assignment.customer}
        messages.success(request, _("The assignment of %(name)s to %(customer)s was deleted.") % words)
        return back_to_record(employee)
