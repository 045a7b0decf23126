from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Entry:
    """Something to administer. `permission` opens it; "" stands for superusers."""

    title: StrOrPromise
    words: StrOrPromise
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
    title: StrOrPromise
    entries: list[Entry]


SECTIONS = [
    Section(
        _("Texting"),
        [
            Entry(
                _("External services"),
                _("The lines that texts are sent from, and their accounts."),
                "plug-connected",
                "administration:external-services",
                "texting.manage_lines",
            ),
            Entry(
                _("Texting settings"),
                _("When a conversation is logged, under what, and who is texted."),
                "adjustments",
                "texting:settings",
                "texting.change_textingsettings",
            ),
            Entry(
                _("Account of texts"),
                _("Whether every text is on the records it belongs to, and what to do where not."),
                "list-check",
                "texting:accounting",
                "texting.manage_lines",
            ),
            Entry(
                _("News not taken in"),
                _("What ZipWhip told us and Enterprise could make nothing of, to be tried again."),
                "webhook",
                "texting:events",
                "texting.manage_lines",
            ),
            Entry(
                _("Test text"),
                _("A text to your own phone, on the way that every text takes."),
                "send",
                "texting:test-text",
                "texting.send",
            ),
        ],
    ),
    Section(
        _("People"),
        [
            Entry(
                _("Import"),
                _("Employees and contacts from CSV files."),
                "upload",
                "people:import",
                "people.import_people",
            ),
            Entry(
                _("Textable report"),
                _("Everyone whose number is missing or cannot be texted."),
                "phone-off",
                "people:textable-report",
                "users.administer",
            ),
        ],
    ),
    Section(
        _("Enterprise"),
        [
            Entry(
                _("Users"),
                _("Who can sign in, with which roles, in which branches."),
                "users",
                "administration:users",
                "users.administer",
            ),
            Entry(
                _("Roles"),
                _("What each role lets people do, and how many have it."),
                "lock",
                "administration:roles",
                "users.administer",
            ),
            Entry(
                _("Branches"),
                _("Where people and service reps belong, and the time there."),
                "building",
                "administration:branches",
                "users.administer",
            ),
            Entry(
                _("Message action codes"),
                _("What messages on a record are filed under."),
                "tag",
                "administration:codes",
                "users.administer",
            ),
            Entry(
                _("Audit log"),
                _("Who did what, when and from where."),
                "history",
                "administration:audit",
                "users.administer",
            ),
            Entry(
                _("Django admin"),
                _("What each role may do, stored webhooks, every other table."),
                "database",
                "admin:index",
                "",
            ),
        ],
    ),
]
# What makes an administrator; who may only text has the navigation for it.
OPENED_BY = {entry.permission for section in SECTIONS for entry in section.entries} - {"", "texting.send"}


def for_administrators(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Open a page to whoever may do at least one of the things it leads to."""

    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        if not any(map(request.user.has_perm, OPENED_BY)):
            raise PermissionDenied
        return view(request)

    return opened


@for_administrators
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All options: every page of the administration with a sentence; `?q=` leaves those with all its words."""
    words = request.GET.get("q", "").casefold().split()
    sections = [
        Section(section.title, [entry for entry in section.entries if _is_shown(request, entry, words)])
        for section in SECTIONS
    ]
    shown = [section for section in sections if section.entries]
    return render(request, "administration/index.html", {"sections": shown, "q": request.GET.get("q", "")})


@permission_required("texting.manage_lines", raise_exception=True)
@require_safe
def external_services(request: HttpRequest) -> HttpResponse:
    return render(request, "administration/external_services.html")


def _is_shown(request: HttpRequest, entry: Entry, words: list[str]) -> bool:
    told = f"{entry.title} {entry.words}".casefold()
    return bool(entry.url) and _may_open(request, entry) and all(word in told for word in words)


def _may_open(request: HttpRequest, entry: Entry) -> bool:
    if entry.permission:
        return request.user.has_perm(entry.permission)
    return request.user.is_superuser and request.user.is_staff
