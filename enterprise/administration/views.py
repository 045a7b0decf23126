from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class Entry:
    """Something to administer. `permission` opens it; "" stands for superusers."""

    title: str
    words: str
    icon: str
    url_name: str
    permission: str

    @property
    def url(self) -> str:
        """Empty when the page is not there."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""


@dataclass(frozen=True)
class Section:
    title: str
    entries: list[Entry]


SECTIONS = [
    Section(
        "Texting",
        [
            Entry(
                "External services",
                "The lines that texts are sent from, and their accounts.",
                "plug-connected",
                "administration:external-services",
                "texting.manage_lines",
            ),
            Entry(
                "Texting settings",
                "When a conversation is logged, under what, and who is texted.",
                "adjustments",
                "texting:settings",
                "texting.change_textingsettings",
            ),
        ],
    ),
    Section(
        "People",
        [
            Entry(
                "Import",
                "Employees and contacts from CSV files.",
                "upload",
                "people:import",
                "people.import_people",
            ),
            Entry(
                "Numbers to clean",
                "Everyone whose number is missing or cannot be texted.",
                "phone-off",
                "people:textable-report",
                "users.administer",
            ),
        ],
    ),
    Section(
        "Enterprise",
        [
            Entry(
                "Users",
                "Who can sign in, with which roles, in which branches.",
                "users",
                "administration:users",
                "users.administer",
            ),
            Entry(
                "Branches",
                "Where people and service reps belong, and the time there.",
                "building",
                "administration:branches",
                "users.administer",
            ),
            Entry(
                "Message action codes",
                "What messages on a record are filed under.",
                "tag",
                "administration:codes",
                "users.administer",
            ),
            Entry(
                "Audit log",
                "Who did what, when and from where.",
                "history",
                "administration:audit",
                "users.administer",
            ),
            Entry(
                "Django admin",
                "What each role may do, stored webhooks, every other table.",
                "database",
                "admin:index",
                "",
            ),
        ],
    ),
]
OPENED_BY = [entry.permission for section in SECTIONS for entry in section.entries if entry.permission]


def for_administrators(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Open a page to whoever may do at least one of the things it leads to."""

    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        if not any(map(request.user.has_perm, OPENED_BY)):
            raise PermissionDenied
        return view(request)

    return opened


@for_administrators
def index(request: HttpRequest) -> HttpResponse:
    sections = [
        Section(section.title, [entry for entry in section.entries if entry.url and _may_open(request, entry)])
        for section in SECTIONS
    ]
    return render(
        request, "administration/index.html", {"sections": [section for section in sections if section.entries]}
    )


@permission_required("texting.manage_lines", raise_exception=True)
def external_services(request: HttpRequest) -> HttpResponse:
    return render(request, "administration/external_services.html")


def _may_open(request: HttpRequest, entry: Entry) -> bool:
    if entry.permission:
        return request.user.has_perm(entry.permission)
    return request.user.is_superuser and request.user.is_staff
