"""From an empty database to the first text: what is done is read from what is there, nothing is remembered."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from enterprise.messagelog.models import ActionCode, RecordKind
from enterprise.people.kinds import kinds
from enterprise.users.models import Branch, User
from texting import seam_help

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class Way:
    """A page where a step is done, for whoever holds `permission`."""

    words: str
    url: str
    permission: str


@dataclass(frozen=True)
class Step:
    key: str
    title: str
    words: str
    is_done: bool
    ways: tuple[Way, ...]


def steps(user: User) -> list[Step]:
    """In the order in which they are done; `user` is the one who does them."""
    return [_branch(), _rep(user), _people(), _codes(), *_of_texting()]


def is_usable(user: User) -> bool:
    """Whether all is there that the first text needs."""
    return all(step.is_done for step in steps(user) if step.key != "first_text")


def _way(words: str, url_name: str, permission: str, *arguments: int) -> Way:
    return Way(words, reverse(url_name, args=arguments), permission)


def _branch() -> Step:
    return Step(
        "branch",
        _("Add a branch"),
        _("People, service reps and lines belong to branches."),
        Branch.objects.filter(is_active=True).exists(),
        (_way(_("Add branch"), "administration:add-branch", "users.administer"),),
    )


def _rep(user: User) -> Step:
    reps = User.objects.with_perm("texting.send", backend=_BACKEND).filter(is_active=True, home_branch__isnull=False)
    return Step(
        "rep",
        _("Add a service rep"),
        _("Somebody who is at home in a branch and may send texts. It can be you."),
        reps.exists(),
        (
            _way(_("Add user"), "administration:add-user", "users.administer"),
            _way(_("Choose my own branch"), "administration:edit-user", "users.administer", user.pk),
        ),
    )


def _people() -> Step:
    return Step(
        "people",
        _("Bring people in"),
        _("From CSV files, or one by one."),
        any(kind.model.objects.exists() for kind in kinds()),
        (
            _way(_("Import"), "people:import", "people.import_people"),
            _way(_("Add an employee"), "employees:add", "employees.add_employee"),
        ),
    )


def _codes() -> Step:
    codes = list(ActionCode.objects.filter(is_active=True))
    return Step(
        "codes",
        _("Add a message action code"),
        _("What conversations are logged under on the records, such as TEXT."),
        all(any(not code.why_not(kind) for code in codes) for kind in RecordKind),
        (_way(_("Add code"), "administration:add-code", "users.administer"),),
    )


def _of_texting() -> list[Step]:
    settings = _way(_("Texting settings"), "texting:settings", "texting.change_textingsettings")
    return [
        Step(
            "filing",
            _("Choose what conversations are logged under"),
            _("And after how long a silence."),
            seam_help.is_set_up("filing"),
            (settings,),
        ),
        Step(
            "line",
            _("Connect a line"),
            _("A number of yours at ZipWhip, for a branch or a service rep. Texts leave from it."),
            seam_help.is_set_up("line"),
            (_way(_("Add credentials"), "texting:add-line", "texting.manage_lines"),),
        ),
        Step(
            "first_text",
            _("Send a test text to yourself"),
            _("See it arrive on your own phone, and your answer on your record."),
            seam_help.is_set_up("first_text"),
            (_way(_("Send a test text"), "texting:test-text", "texting.send"),),
        ),
    ]
