from __future__ import annotations

from typing import TYPE_CHECKING

from enterprise.assignments.models import all_assignments, current_assignments
from enterprise.employees.filters import EmployeeFilter
from enterprise.employees.forms import EmployeeForm, EmployeeMethods
from enterprise.employees.kind import EMPLOYEE
from enterprise.employees.tables import EmployeeTable
from enterprise.people import editing, views

if TYPE_CHECKING:
    from enterprise.people.models import PersonQuerySet


class EmployeeList(views.PersonList):
    kind = EMPLOYEE
    filter_class = EmployeeFilter
    table_class = EmployeeTable

    def visible(self) -> PersonQuerySet:
        return super().visible().prefetch_related(current_assignments())


class EmployeeDetail(views.PersonDetail):
    kind = EMPLOYEE

    def visible(self) -> PersonQuerySet:
        return super().visible().prefetch_related(all_assignments())


class AddEmployee(editing.AddPerson):
    kind = EMPLOYEE
    form_class = EmployeeForm
    methods_class = EmployeeMethods


class EditEmployee(editing.EditPerson):
    kind = EMPLOYEE
    form_class = EmployeeForm
    methods_class = EmployeeMethods


class DeactivateEmployee(editing.DeactivatePerson):
    kind = EMPLOYEE


class ReactivateEmployee(editing.ReactivatePerson):
    kind = EMPLOYEE
