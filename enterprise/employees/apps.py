from __future__ import annotations

from django.apps import AppConfig

from enterprise.people.kinds import register_kind
from texting import seam


class EmployeesConfig(AppConfig):
    name = "enterprise.employees"
    label = "employees"

    def ready(self) -> None:
        from enterprise.employees.kind import EMPLOYEE
        from enterprise.employees.textable import EmployeeRecords

        register_kind(EMPLOYEE)
        seam.register_record_type(EmployeeRecords())
