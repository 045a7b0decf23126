from __future__ import annotations

from django.db import models

from enterprise.people.models import ContactMethod, Person


class Employee(Person):
    """Someone the firm sends to work: applicant, current or past."""

    first_ident = 100_000

    job_title = models.CharField(max_length=120, blank=True)

    class Meta(Person.Meta):
        pass

    @property
    def role(self) -> str:
        return self.job_title

    def found_by(self) -> list[str]:
        return [self.job_title]


class EmployeeContactMethod(ContactMethod):
    person = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="methods")

    class Meta(ContactMethod.Meta):
        pass
