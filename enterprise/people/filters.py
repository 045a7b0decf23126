"""The filters of a search of people: the page, its chips and "all that match" share them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms

from enterprise.people.models import Person, PersonQuerySet
from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet

ACTIVE_CHOICES = [("yes", "Active"), ("no", "Inactive")]


class PersonFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """`user` narrows the choices to what they see; the queryset has to be narrowed already."""

    searched = "Name, id, phone, e-mail or job"

    q = django_filters.CharFilter(method="search", max_length=200)
    branch = django_filters.ModelMultipleChoiceFilter(
        queryset=Branch.objects.none(), label="Branch", widget=forms.CheckboxSelectMultiple
    )
    active = django_filters.ChoiceFilter(
        field_name="is_active",
        choices=ACTIVE_CHOICES,
        label="Status",
        empty_label="Any status",
        method="of_status",
        widget=forms.Select(attrs={"aria-label": "Status"}),
    )
    service_rep = django_filters.ModelChoiceFilter(
        queryset=User.objects.none(),
        label="Service rep",
        empty_label="Any service rep",
        widget=forms.Select(attrs={"aria-label": "Service rep"}),
    )

    class Meta:
        model: type[Person] | None = None
        fields: list[str] = []

    def __init__(self, *args: Any, user: AbstractUser, **options: Any) -> None:
        super().__init__(*args, **options)
        branches = user.visible_branches() if isinstance(user, User) else Branch.objects.none()
        self.filters["q"].extra["widget"] = forms.TextInput(
            attrs={"type": "search", "placeholder": self.searched, "aria-label": self.searched}
        )
        self.filters["branch"].queryset = branches
        self.filters["service_rep"].queryset = reps_in(branches)

    def search(self, people: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return people.search(value)

    def of_status(self, people: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return people.filter(is_active=value == "yes")


def reps_in(branches: QuerySet[Branch]) -> QuerySet[User]:
    """The service reps who belong to `branches`, by name."""
    return User.objects.filter(home_branch__in=branches).order_by("first_name", "last_name", "username")
