"""Fill an empty database with the firm that chaos plays with: a branch, a rep, people, some two behind a number."""

from __future__ import annotations

import os

import django


def main() -> None:
    django.setup()
    from django.contrib.auth.models import Permission

    from enterprise.employees.models import Employee, EmployeeContactMethod
    from enterprise.messagelog.models import ActionCode
    from enterprise.users.models import Branch, User
    from tests.chaos.firm import FIRST_NUMBER, PEOPLE

    branch = Branch.objects.create(name="Chaos", region="US", time_zone="America/Chicago")
    rep = User.objects.create_superuser("riya", password=os.environ["CHAOS_PASSWORD"], first_name="Riya")
    rep.home_branch = branch
    rep.save()
    rep.user_permissions.set(Permission.objects.filter(content_type__app_label="texting"))
    if not ActionCode.objects.filter(name="TEXT").exists():
        ActionCode.objects.create(name="TEXT", for_employees=True, for_contacts=True)
    for n in range(PEOPLE):
        person = Employee.objects.create(ident=str(200_000 + n), first_name=f"P{n}", last_name="Chaos", branch=branch)
        shared = n % 8 == 7
        EmployeeContactMethod.objects.create(person=person, type="sms", value=f"+{FIRST_NUMBER + n - shared}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprise.settings")
    main()
