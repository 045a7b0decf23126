from __future__ import annotations

from django.apps import AppConfig

from texting import seam


class EmployeesConfig(AppConfig):
    name = "enterprise.employees"
    label = "employees"

    def ready(self) -> None:
        from enterprise.employees.textable import EmployeeRecords

        seam.register_record_type(EmployeeRecords())
