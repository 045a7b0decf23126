"""The audit to be read: its filters, a page of it, and what an entry is about in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enterprise.administration.audit_facts import facts_of
from enterprise.administration.audit_names import name_of, names_of, page_of
from enterprise.administration.audit_words import ACTIONS, KINDS
from enterprise.administration.models import AuditEntry
from enterprise.users.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from enterprise.administration.audit_facts import Fact

ROWS = 50
NOBODY = "nobody"


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


def read_page(entries: QuerySet[AuditEntry], *, reader: User, after: str) -> Page:
    """The page that follows the entry with the id `after`, "" for the first one; as many queries for any page."""
    start = AuditEntry.objects.filter(pk=after).first() if after.isdecimal() and len(after) < 19 else None
    if start:
        entries = entries.filter(Q(at__lt=start.at) | Q(at=start.at, pk__lt=start.pk), at__lte=start.at)
    found = list(entries.select_related("actor")[: ROWS + 1])
    shown = found[:ROWS]
    names = names_of(shown, reader=reader)
    rows = [
        Row(entry, name_of(entry.subject, names), page_of(entry.subject, names), facts_of(entry.facts, names))
        for entry in shown
    ]
    return Page(rows, shown[-1].pk if len(found) > ROWS else None)


def subject_words(subject: str, *, reader: User) -> dict[str, str]:
    """One subject, with its kind, as a filter says it."""
    kind = subject.partition(":")[0]
    name = name_of(subject, names_of([AuditEntry(subject=subject)], reader=reader))
    return {subject: f"{KINDS.get(kind, kind)} {name}"}
