from __future__ import annotations

from typing import TYPE_CHECKING

from enterprise.employees.models import Employee, EmployeeContactMethod
from enterprise.messagelog.models import RecordKind
from enterprise.people.textable import PersonRecords

if TYPE_CHECKING:
    from enterprise.people.filters import PersonFilter


class EmployeeRecords(PersonRecords):
    key = RecordKind.EMPLOYEE.value
    placeholders = {"job_title": "job_title"}
    model = Employee
    method_model = EmployeeContactMethod

    def filter_class(self) -> type[PersonFilter]:
        from enterprise.employees.filters import EmployeeFilter

        return EmployeeFilter
