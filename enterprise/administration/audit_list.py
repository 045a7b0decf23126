"""The audit to be read: its filters, a page of it, and what an entry is about in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enterprise.administration.audit_words import ACTIONS, FACTS, KINDS
from enterprise.administration.models import AuditEntry
from enterprise.hotlists.models import Hotlist
from enterprise.messagelog.models import ActionCode
from enterprise.people.kinds import kinds
from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import Model, QuerySet

ROWS = 50
NOBODY = "nobody"
# The pages of what has one of its own, by kind of subject.
_PAGES = {
    "user": "administration:edit-user",
    "branch": "administration:edit-branch",
    "action_code": "administration:edit-code",
    "line": "texting:edit-line",
    "batch": "texting:batch",
    "hotlist": "hotlists:detail",
    "employee": "employees:detail",
    "contact": "contacts:detail",
}


def _choices(words: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(words.items(), key=lambda one: str(one[1]).casefold())


def _actors() -> list[tuple[str, str]]:
    named = [(str(user.pk), f"{user} ({user.username})") for user in User.objects.all()]
    return [(NOBODY, _("Nobody signed in, or the system")), *sorted(named, key=lambda one: one[1].casefold())]


def _select(label: Any, words: Any) -> dict[str, Any]:
    return {"label": label, "empty_label": words, "widget": forms.Select(attrs={"aria-label": label})}


def _day(label: Any) -> dict[str, Any]:
    return {"label": label, "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    actor = django_filters.ChoiceFilter(
        choices=_actors, method="by", **_select(gettext_lazy("Who"), gettext_lazy("Anyone"))
    )
    action = django_filters.ChoiceFilter(
        choices=lambda: _choices(ACTIONS), **_select(gettext_lazy("What"), gettext_lazy("Anything"))
    )
    kind = django_filters.ChoiceFilter(
        choices=lambda: list(KINDS.items()), **_select(gettext_lazy("About"), gettext_lazy("Any subject"))
    )
    subject = django_filters.CharFilter(label=gettext_lazy("About exactly"), max_length=80, widget=forms.HiddenInput())
    since = django_filters.DateFilter(method="from_day", **_day(pgettext_lazy("first day", "From")))
    until = django_filters.DateFilter(method="to_day", **_day(pgettext_lazy("last day", "To")))

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def by(self, entries: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        return entries.filter(actor=None) if value == NOBODY else entries.filter(actor=int(value))

    def from_day(self, entries: QuerySet[AuditEntry], name: str, day: date) -> QuerySet[AuditEntry]:
        return entries.filter(at__gte=_midnight(day))

    def to_day(self, entries: QuerySet[AuditEntry], name: str, day: date) -> QuerySet[AuditEntry]:
        """The day itself is part of it."""
        return entries.filter(at__lt=_midnight(day + timedelta(days=1))) if day < date.max else entries


def _midnight(day: date) -> datetime:
    """Where that day begins for the reader."""
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, the latest first. `older` is where the next page begins: after that entry; None at the end."""

    rows: list[Row]
    older: int | None


@dataclass(frozen=True, slots=True)
class Fact:
    """`before` is None for a fact that is no change."""

    label: str
    value: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    entry: AuditEntry
    subject: str
    url: str
    facts: list[Fact]

    @property
    def action(self) -> str:
        return str(ACTIONS.get(self.entry.action, self.entry.action))

    @property
    def kind(self) -> str:
        return str(KINDS.get(self.entry.kind, self.entry.kind))


def read_page(entries: QuerySet[AuditEntry], *, after: str) -> Page:
    """The page that follows the entry with the id `after`, "" for the first one; as many queries for any page."""
    start = AuditEntry.objects.filter(pk=after).first() if after.isdecimal() and len(after) < 19 else None
    if start:
        entries = entries.filter(Q(at__lt=start.at) | Q(at=start.at, pk__lt=start.pk), at__lte=start.at)
    found = list(entries.select_related("actor")[: ROWS + 1])
    shown = found[:ROWS]
    names = _names_of(shown)
    rows = [Row(entry, *_about(entry, names), facts_of(entry.facts)) for entry in shown]
    return Page(rows, shown[-1].pk if len(found) > ROWS else None)


def facts_of(facts: Mapping[str, Any]) -> list[Fact]:
    """What an entry tells besides; of a change each value before and after."""
    before, after = (facts.get(name) for name in ("before", "after"))
    changed = []
    if isinstance(after, dict):
        was = before if isinstance(before, dict) else {}
        changed = [
            Fact(_label(name), _value(value), _value(was.get(name)) if was else None)
            for name, value in after.items()
            if not was or was.get(name) != value
        ]
    rest = {name: value for name, value in facts.items() if not (name in ("before", "after") and changed)}
    return [*changed, *(Fact(_label(name), _value(value)) for name, value in rest.items() if value not in ("", [], {}))]


def _label(name: str) -> str:
    return str(FACTS.get(name, name.replace("_", " ")))


def _value(value: Any) -> str:
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(one)}" for name, one in value.items())
    return ", ".join(map(_word, value)) if isinstance(value, list) else str(value)


def _word(value: Any) -> str:
    """A field by its name; what is none, such as an id, as it is kept."""
    return str(FACTS.get(str(value), value))


def _names_of(entries: Iterable[AuditEntry]) -> dict[str, str]:
    """Subject -> its name today: one query a kind, whether or not any of it is shown."""
    ids: dict[str, set[int]] = {}
    for entry in entries:
        kind, _colon, number = entry.subject.partition(":")
        if number.isdecimal() and len(number) < 19:
            ids.setdefault(kind, set()).add(int(number))
    models: dict[str, type[Model]] = {
        "user": User,
        "branch": Branch,
        "action_code": ActionCode,
        "hotlist": Hotlist,
        **{kind.key: kind.model for kind in kinds()},
    }
    return {
        f"{kind}:{pk}": str(named)
        for kind, model in models.items()
        for pk, named in model._default_manager.in_bulk(list(ids.get(kind, ()))).items()
    }


def _about(entry: AuditEntry, names: Mapping[str, str]) -> tuple[str, str]:
    """The words for a subject beside its kind, and its page; either may be empty."""
    kind, _colon, number = entry.subject.partition(":")
    if number == "unknown":
        return _("a name nobody has"), ""
    name = names.get(entry.subject, "")
    is_there = bool(name) or kind in ("line", "batch")
    try:
        url = reverse(_PAGES[kind], args=[int(number)]) if kind in _PAGES and number.isdecimal() and is_there else ""
    except NoReverseMatch:
        url = ""
    return name or number, url
