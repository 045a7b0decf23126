from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from enterprise.employees.models import Employee, EmployeeContactMethod
from enterprise.people.kinds import PersonKind

EMPLOYEE = PersonKind(
    key="employee",
    label=_("Employee"),
    label_plural=_("Employees"),
    add_words=_("Add employee"),
    counted=ngettext_lazy("%(count)s employee", "%(count)s employees", "number"),
    model=Employee,
    method_model=EmployeeContactMethod,
    text_columns=("job_title",),
    counterpart_key="contact",
)
