from __future__ import annotations

from django.utils.translation import gettext_lazy

from enterprise.employees.models import Employee, EmployeeContactMethod
from enterprise.people.forms import PERSON_FIELDS, PERSON_HELP, PERSON_LABELS, PersonForm, methods_class


class EmployeeForm(PersonForm):
    class Meta:
        model = Employee
        fields = [*PERSON_FIELDS[:2], "job_title", *PERSON_FIELDS[2:]]
        labels = PERSON_LABELS | {"job_title": gettext_lazy("Job title")}
        help_texts = PERSON_HELP


EmployeeMethods = methods_class(Employee, EmployeeContactMethod)
