"""The security roles a firm starts with, as Django groups; administrators may add others."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth.management import create_permissions

FRONT_OFFICE = "Front Office"
FRONT_OFFICE_WITHOUT_TEXTING = "Front Office without texting"
ADMINISTRATOR = "Administrator"

_EDIT_PEOPLE = [
    "employees.view_employee",
    "employees.add_employee",
    "employees.change_employee",
    "contacts.view_contact",
    "contacts.add_contact",
    "contacts.change_contact",
    "assignments.view_assignment",
    "assignments.add_assignment",
    "assignments.change_assignment",
    "assignments.delete_assignment",
    "messagelog.view_message",
    "messagelog.add_message",
    "hotlists.view_hotlist",
    "hotlists.add_hotlist",
    "hotlists.change_hotlist",
    "hotlists.delete_hotlist",
]
PERMISSIONS = {
    FRONT_OFFICE: [*_EDIT_PEOPLE, "texting.send"],
    FRONT_OFFICE_WITHOUT_TEXTING: _EDIT_PEOPLE,
    ADMINISTRATOR: [
        *_EDIT_PEOPLE,
        "texting.send",
        "texting.manage_lines",
        "texting.change_textingsettings",
        "users.administer",
        "people.import_people",
    ],
}


def ensure_roles(**_signal: object) -> None:
    """Create the three roles and grant what they need; a role that exists keeps what it was given beyond that."""
    from django.contrib.auth.models import Group, Permission

    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0)
    for role, names in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=role)
        wanted = set(names)
        found = [
            permission
            for permission in Permission.objects.select_related("content_type")
            if f"{permission.content_type.app_label}.{permission.codename}" in wanted
        ]
        group.permissions.add(*found)
