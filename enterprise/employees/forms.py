from __future__ import annotations

from enterprise.employees.models import Employee, EmployeeContactMethod
from enterprise.people.forms import PERSON_FIELDS, PersonForm, methods_class


class EmployeeForm(PersonForm):
    class Meta:
        model = Employee
        fields = [*PERSON_FIELDS[:2], "job_title", *PERSON_FIELDS[2:]]


EmployeeMethods = methods_class(Employee, EmployeeContactMethod)
