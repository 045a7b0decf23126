from __future__ import annotations

from enterprise.employees.models import Employee, EmployeeContactMethod
from enterprise.people.kinds import PersonKind

EMPLOYEE = PersonKind(
    key="employee",
    label="Employee",
    label_plural="Employees",
    model=Employee,
    method_model=EmployeeContactMethod,
    text_columns=("job_title",),
)
