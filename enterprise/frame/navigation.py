"""The side navigation. Entries whose address does not exist, or that the user may not open, are left out.

A badge counts what waits for a person. It runs once per full page and not for fragments, so a handful of indexed
queries is what it may cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from texting import seam, seam_help

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Badge = Callable[[HttpRequest], int]


@dataclass(frozen=True)
class NavItem:
    """`permissions`: any one of them opens it; none means everybody who is signed in.

    `also` names pages that belong to it, though their addresses lie elsewhere. `in_title`: its count is also shown in
    the title of the window. `is_there` is asked of an entry that is not
    always there: one indexed question.
    """

    label: StrOrPromise
    url_name: str
    icon: str = ""
    permissions: tuple[str, ...] = ()
    badge: Badge | None = None
    children: tuple[NavItem, ...] = ()
    also: tuple[str, ...] = ()
    in_title: bool = False
    is_there: Callable[[], bool] | None = None


@dataclass
class NavEntry:
    """A NavItem as one user sees it on one page. `waiting` is the count, 0 shows nothing."""

    label: StrOrPromise
    url: str
    icon: str
    waiting: int = 0
    active: bool = False
    children: list[NavEntry] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    in_title: bool = False


def _waiting(url_name: str) -> Badge:
    """Texting's own count of what waits on a page."""
    return lambda request: seam.waiting_count(url_name, request.user)  # type: ignore[arg-type]  # who sees it is signed in


NAVIGATION: list[NavItem] = [
    NavItem(_("Employees"), "employees:list", "users", permissions=("employees.view_employee",)),
    NavItem(_("Contacts"), "contacts:list", "address-book", permissions=("contacts.view_contact",)),
    NavItem(_("Hotlists"), "hotlists:list", "list-details", permissions=("hotlists.view_hotlist",)),
    NavItem(
        _("Texts"),
        "texting:texts",
        "message-circle",
        permissions=("texting.send",),
        children=(
            NavItem(
                _("Inbox"),
                "texting:inbox",
                permissions=("texting.send",),
                badge=_waiting("texting:inbox"),
                in_title=True,
            ),
            NavItem(_("Batches"), "texting:batches", permissions=("texting.send",)),
            NavItem(
                _("Unmatched"), "texting:unmatched", permissions=("texting.send",), badge=_waiting("texting:unmatched")
            ),
            NavItem(
                _("To decide"), "texting:undecided", permissions=("texting.send",), badge=_waiting("texting:undecided")
            ),
        ),
    ),
    NavItem(
        _("Administration"),
        "administration:index",
        "settings",
        permissions=(
            "users.administer",
            "texting.manage_lines",
            "texting.change_textingsettings",
            "people.import_people",
        ),
        badge=_waiting("texting:lines"),
        children=(
            NavItem(
                _("First steps"),
                "administration:first-steps",
                permissions=("users.administer",),
                is_there=lambda: not seam_help.is_set_up("first_text"),
            ),
        ),
        also=(
            "texting:lines",
            "texting:settings",
            "texting:accounting",
            "texting:events",
            "texting:test-text",
            "people:import",
            "people:textable-report",
        ),
    ),
]


def navigation_for(request: HttpRequest, path: str | None = None) -> list[NavEntry]:
    """The entries for who asks; `path` is the page they are shown on, None for the one that is asked for."""
    entries = [entry for item in NAVIGATION if (entry := _entry(item, request))]
    _mark_active(entries, request.path if path is None else path)
    return entries


def find_url(url_name: str) -> str:
    """The address, or "" where there is none of this name."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _entry(item: NavItem, request: HttpRequest) -> NavEntry | None:
    if item.permissions and not any(map(request.user.has_perm, item.permissions)):
        return None
    if item.is_there and not item.is_there():
        return None
    children = [entry for child in item.children if (entry := _entry(child, request))]
    url = find_url(item.url_name) or (children[0].url if children else "")
    if not url:
        return None
    waiting = item.badge(request) if item.badge else sum(child.waiting for child in children)
    also = [found for name in item.also if (found := find_url(name))]
    return NavEntry(item.label, url, item.icon, waiting, children=children, also=also, in_title=item.in_title)


def _mark_active(entries: list[NavEntry], path: str) -> None:
    """The entry with the longest address that the page's address begins with; of two equal ones the inner."""
    found = [(len(url), entry) for entry in _flat(entries) for url in [entry.url, *entry.also] if path.startswith(url)]
    if found:
        max(reversed(found), key=lambda match: match[0])[1].active = True


def _flat(entries: list[NavEntry]) -> Iterator[NavEntry]:
    for entry in entries:
        yield entry
        yield from _flat(entry.children)
