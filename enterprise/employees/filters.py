from __future__ import annotations

from enterprise.employees.models import Employee
from enterprise.hotlists.filters import HotlistFilter


class EmployeeFilter(HotlistFilter):
    class Meta(HotlistFilter.Meta):
        model = Employee
