"""The filters in force, each with the address of the same search without it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from enterprise.people.filters import PersonFilter

# What a search's address holds besides its filters.
_NOT_FILTERS = ("page", "after")


class Chip(NamedTuple):
    words: str
    without: str


def chips(filters: PersonFilter, query: QueryDict, *, names: Mapping[str, str] | None = None) -> list[Chip]:
    """`names` are the words for values that a filter itself has none for."""
    if not filters.is_valid():
        return []
    return [
        Chip(_words(filters, name, names or {}), f"?{_without(query, name)}")
        for name in filters.filters
        if filters.form.cleaned_data.get(name)
    ]


def _words(filters: PersonFilter, name: str, names: Mapping[str, str]) -> str:
    value = filters.form.cleaned_data[name]
    if name == "q":
        return _("“%(value)s”") % {"value": value}
    field = filters.form.fields[name]
    if isinstance(value, str):
        value = {**names, **dict(getattr(field, "choices", ()))}.get(value, value)
    if isinstance(value, date):
        value = date_format(value)
    values = value if isinstance(value, list | QuerySet) else [value]
    said = ", ".join(str(one) for one in values)
    return _("%(filter)s: %(value)s") % {"filter": field.label, "value": said}


def _without(query: QueryDict, name: str) -> str:
    kept = query.copy()
    for gone in (name, *_NOT_FILTERS):
        kept.pop(gone, None)
    return kept.urlencode()
