from __future__ import annotations

from enterprise.employees.models import Employee
from enterprise.people.filters import PersonFilter


class EmployeeFilter(PersonFilter):
    class Meta(PersonFilter.Meta):
        model = Employee
