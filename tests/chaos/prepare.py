"""Fill an empty database with the firm that chaos plays with: two branches with a rep each, people, shared numbers."""

from __future__ import annotations

import os

import django


def main() -> None:
    django.setup()
    from django.contrib.auth.models import Permission

    from enterprise.employees.models import Employee, EmployeeContactMethod
    from enterprise.messagelog.models import ActionCode
    from enterprise.users.models import Branch, User
    from tests.chaos.firm import BRANCHES, PEOPLE, REPS, number_of

    for name, branch_name in zip(REPS, BRANCHES, strict=True):
        branch = Branch.objects.create(name=branch_name, region="US", time_zone="America/Chicago")
        rep = User.objects.create_superuser(name, password=os.environ["CHAOS_PASSWORD"], first_name=name.title())
        rep.home_branch = branch
        rep.save()
        rep.user_permissions.set(Permission.objects.filter(content_type__app_label="texting"))
    if not ActionCode.objects.filter(name="TEXT").exists():
        ActionCode.objects.create(name="TEXT", for_employees=True, for_contacts=True)
    for n in range(PEOPLE):
        person = Employee.objects.create(ident=str(200_000 + n), first_name=f"P{n}", last_name="Chaos", branch=branch)
        EmployeeContactMethod.objects.create(person=person, type="sms", value=f"+{number_of(n)}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprise.settings")
    main()
