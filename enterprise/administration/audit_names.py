"""What the ids in the audit are called today.

An entry keeps ids and codes alone, so that nobody's name outlives them there; whoever reads it sees names all the same,
but of somebody else's private hotlist, and is led only where they may go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from enterprise.assignments.models import Assignment
from enterprise.contacts.models import Customer
from enterprise.hotlists.models import Hotlist
from enterprise.messagelog.models import ActionCode
from enterprise.people.kinds import kinds
from enterprise.people.models import ImportRun
from enterprise.users.models import Branch, User
from texting import seam_help

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.db.models import QuerySet

    from enterprise.administration.models import AuditEntry

# The pages of what has one of its own, by kind of subject, with the right that opens them.
_PAGES = {
    "user": ("administration:edit-user", "users.administer"),
    "branch": ("administration:edit-branch", "users.administer"),
    "action_code": ("administration:edit-code", "users.administer"),
    "line": ("texting:line", "texting.manage_lines"),
    "batch": ("texting:batch", "texting.send"),
    "hotlist": ("hotlists:detail", "hotlists.view_hotlist"),
    "import": ("people:import-run", "people.import_people"),
    "employee": ("employees:detail", "employees.view_employee"),
    "contact": ("contacts:detail", "contacts.view_contact"),
}
_OF_TEXTING = ("line", "batch", "conversation", "text", "opt_out")
# Facts that hold ids, and of what; those of texting and of people have the name of their kind.
_IDS = {
    "actor": "user",
    "user": "user",
    "owner": "user",
    "home_branch": "branch",
    "branches": "branch",
    "branch": "branch",
    "was": "branch",
    "roles": "group",
    "action_code": "action_code",
    "code": "action_code",
    "filed_under": "action_code",
    "hotlist": "hotlist",
    "customer": "customer",
    "employee": "employee",
    "contact": "contact",
    **{kind: kind for kind in _OF_TEXTING},
}
_KINDS = {*_IDS.values(), *_PAGES, "assignment"}
# Kinds of owners of lines as the audit calls what they are.
_OWNERS = {"branch": "branch", "servicerep": "user"}
_SUBJECTS = ("record", "same_person", "owner")
_SUBJECT = re.compile(r"([a-z_]{1,20}):([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Named:
    """What a subject is called today, and where the reader can see it; "" for what has no page that they may open."""

    words: str
    url: str = ""


def names_of(entries: Iterable[AuditEntry], *, reader: User) -> dict[str, Named]:
    """By subject, of all that entries speak of, what is gone left out. One query a kind."""
    ids = _ids_in(entries)
    of_texting = seam_help.audited().names(ids)
    named = {
        f"{kind}:{one.pk}": Named(
            _words(kind, one), "" if _is_hidden(kind, one, reader) else _address(kind, one.pk, reader)
        )
        for kind, found in _querysets(reader).items()
        if kind in ids
        for one in found.filter(pk__in=ids[kind])
    }
    return named | {subject: Named(words, _address(*_parts(subject), reader)) for subject, words in of_texting.items()}


def _ids_in(entries: Iterable[AuditEntry]) -> dict[str, set[int]]:
    """By kind, those of all that entries speak of."""
    ids: dict[str, set[int]] = {}
    for entry in entries:
        for subject in (entry.subject, *_subjects_in(with_owner(entry.facts))):
            if match := _SUBJECT.fullmatch(subject):
                ids.setdefault(match[1], set()).add(int(match[2]))
    return ids


def _parts(subject: str) -> tuple[str, int]:
    kind, _colon, pk = subject.partition(":")
    return kind, int(pk)


def _words(kind: str, one: Any) -> str:
    if kind == "assignment":
        return f"{one.employee}, {one.customer}"
    return _("a private hotlist") if kind == "hotlist" and not one.is_seen else str(one)


def _is_hidden(kind: str, one: Any, reader: User) -> bool:
    """Whether its page is not there for who reads, whatever their rights."""
    if kind == "hotlist":
        return not one.is_seen
    return kind == "import" and one.uploaded_by_id != reader.pk


def _address(kind: str, pk: int, reader: User) -> str:
    page, right = _PAGES.get(kind, ("", ""))
    return reverse(page, args=[pk]) if page and reader.has_perm(right) else ""


def with_owner(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whose a line is as one fact: "branch:3"."""
    kind = _OWNERS.get(facts.get("owner_kind", ""))
    if not kind:
        return facts
    rest = {name: value for name, value in facts.items() if name not in ("owner_kind", "owner_id")}
    return {"owner": f"{kind}:{facts.get('owner_id')}", **rest}


def subject_of(fact: str, value: Any) -> str:
    """The subject that a fact names: "branch:3" of ("home_branch", 3); "" for a fact that holds no id."""
    if fact in _SUBJECTS and isinstance(value, str) and _SUBJECT.fullmatch(value):
        return value
    kind = _IDS.get(fact.removesuffix("_id"), "")
    is_id = str(value).isdecimal() and not isinstance(value, bool)
    return f"{kind}:{value}" if kind and is_id else ""


def name_of(subject: str, names: Mapping[str, Named]) -> str:
    """In words; of what is not there any more the id, and that it is gone."""
    kind, _colon, rest = subject.partition(":")
    if rest == "unknown":
        return _("a name nobody has")
    if subject in names:
        return names[subject].words
    is_known = kind in _KINDS
    return _("%(name)s (removed)") % {"name": rest} if is_known and rest.isdecimal() else rest or subject


def page_of(subject: str, names: Mapping[str, Named]) -> str:
    """Where it is to be seen; "" for what is gone or has no page that the reader may open."""
    return names[subject].url if subject in names else ""


def _subjects_in(facts: Mapping[str, Any]) -> Iterator[str]:
    for fact, value in facts.items():
        if fact in ("before", "after") and isinstance(value, dict):
            yield from _subjects_in(value)
            continue
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        yield from filter(None, (subject_of(fact, one) for one in inner))


def _querysets(reader: User) -> dict[str, QuerySet[Any]]:
    is_seen = Exists(Hotlist.objects.visible_to(reader).filter(pk=OuterRef("pk")))
    return {
        "user": User.objects.all(),
        "group": Group.objects.all(),
        "branch": Branch.objects.all(),
        "action_code": ActionCode.objects.all(),
        "hotlist": Hotlist.objects.annotate(is_seen=is_seen),
        "customer": Customer.objects.all(),
        "import": ImportRun.objects.defer("content"),
        "assignment": Assignment.objects.select_related("employee", "customer"),
        **{kind.key: kind.model._default_manager.all() for kind in kinds()},
    }
