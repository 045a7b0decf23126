"""The filter "on this hotlist" of a search of people; thereby "all that match" can mean a hotlist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from enterprise.hotlists.models import Hotlist
from enterprise.people.filters import PersonFilter
from enterprise.people.kinds import kinds

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    from enterprise.people.models import PersonQuerySet


class HotlistFilter(PersonFilter):
    """The filters of people who can be on hotlists. One that `user` does not see is no choice, and finds nobody."""

    hotlist = django_filters.ModelChoiceFilter(
        queryset=Hotlist.objects.none(),
        label=_("Hotlist"),
        empty_label=_("Any hotlist"),
        method="on_hotlist",
        widget=forms.Select(attrs={"aria-label": _("Hotlist")}),
    )

    def __init__(self, *args: Any, user: AbstractUser, **options: Any) -> None:
        super().__init__(*args, user=user, **options)
        record_types = [kind.key for kind in kinds() if kind.model is self._meta.model]
        self.filters["hotlist"].queryset = Hotlist.objects.visible_to(user).filter(record_type__in=record_types)

    def on_hotlist(self, people: PersonQuerySet, name: str, value: Hotlist) -> PersonQuerySet:
        return people.filter(pk__in=value.members.values("record_id"))
