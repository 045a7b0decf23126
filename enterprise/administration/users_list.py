"""The list of users: its filters, its columns, and who is locked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
import django_tables2 as tables
from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enterprise.frame.tables import CardTable
from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    from collections.abc import Iterable

STATES = [("yes", _("Active")), ("no", _("Inactive")), ("locked", _("Locked out"))]
SEARCHED = _("Name, username or e-mail")

_FROM_MEDIUM = {"class": "d-none d-md-table-cell"}
_FROM_LARGE = {"class": "d-none d-lg-table-cell"}
_FROM_WIDE = {"class": "d-none d-xl-table-cell"}


def locked_usernames(among: Iterable[str] | None = None) -> set[str]:
    """Who cannot sign in from somewhere after too many failures; as django-axes counts them, by name and address."""
    recent = AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - settings.AXES_COOLOFF_TIME)
    if among is not None:
        recent = recent.filter(username__in=list(among))
    counted = recent.order_by().values("username", "ip_address").annotate(failures=Sum("failures_since_start"))
    return set(counted.filter(failures__gte=settings.AXES_FAILURE_LIMIT).values_list("username", flat=True))


class UserFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    q = django_filters.CharFilter(
        method="search",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": SEARCHED, "aria-label": SEARCHED}),
    )
    branch = django_filters.ModelChoiceFilter(
        queryset=Branch.objects.all(),
        label=_("Branch"),
        empty_label=_("Any branch"),
        method="of_branch",
        widget=forms.Select(attrs={"aria-label": _("Branch")}),
    )
    role = django_filters.ModelChoiceFilter(
        queryset=Group.objects.order_by("name"),
        label=_("Role"),
        empty_label=_("Any role"),
        method="of_role",
        widget=forms.Select(attrs={"aria-label": _("Role")}),
    )
    active = django_filters.ChoiceFilter(
        choices=STATES,
        label=_("Status"),
        empty_label=_("Any status"),
        method="of_state",
        widget=forms.Select(attrs={"aria-label": _("Status")}),
    )

    class Meta:
        model = User
        fields: list[str] = []

    def search(self, users: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Each word has to be somewhere: "riya shah" finds Shah, Riya."""
        for word in value.split():
            users = users.filter(
                Q(first_name__icontains=word)
                | Q(last_name__icontains=word)
                | Q(username__icontains=word)
                | Q(email__icontains=word)
            )
        return users

    def of_branch(self, users: QuerySet[User], name: str, branch: Branch) -> QuerySet[User]:
        """Those at home there and those it is granted to."""
        grants = User.branches.through.objects.filter(user_id=OuterRef("pk"), branch=branch)
        return users.filter(Q(home_branch=branch) | Exists(grants))

    def of_role(self, users: QuerySet[User], name: str, role: Group) -> QuerySet[User]:
        return users.filter(groups=role)

    def of_state(self, users: QuerySet[User], name: str, state: str) -> QuerySet[User]:
        if state == "locked":
            return users.filter(username__in=locked_usernames())
        return users.filter(is_active=state == "yes")


class UserCell(tables.Column):  # type: ignore[misc]  # the library has no types
    """A cell drawn by a template that gets `user`."""

    def __init__(self, name: str, **options: Any) -> None:
        self.template = f"administration/users/_cell_{name}.html"
        super().__init__(empty_values=(), **options)

    def render(self, record: User, table: UserTable) -> str:
        return render_to_string(
            self.template, {"user": record, "is_locked": record.username in table.locked, "table": table}
        )


class UserTable(CardTable):
    """Every order ends with the key, so that paging never repeats or skips anyone."""

    name = UserCell("name", verbose_name=_("Name"), order_by=("first_name", "last_name", "username", "pk"))
    username = tables.Column(verbose_name=_("Username"), attrs={"td": _FROM_MEDIUM, "th": _FROM_MEDIUM})
    home_branch = UserCell(
        "home_branch",
        verbose_name=_("Home branch"),
        order_by=("home_branch__name", "first_name", "last_name", "pk"),
        attrs={"td": _FROM_MEDIUM, "th": _FROM_MEDIUM},
    )
    roles = UserCell("roles", verbose_name=_("Roles"), orderable=False, attrs={"td": _FROM_LARGE, "th": _FROM_LARGE})
    granted = UserCell(
        "granted", verbose_name=_("Granted branches"), orderable=False, attrs={"td": _FROM_WIDE, "th": _FROM_WIDE}
    )
    state = UserCell("state", verbose_name=_("Status"), order_by=("-is_active", "first_name", "last_name", "pk"))
    last_login = UserCell(
        "last_sign_in",
        verbose_name=_("Last sign-in"),
        attrs={"td": _FROM_LARGE, "th": _FROM_LARGE},
    )

    caption = _("Users that match")
    empty_template = "administration/users/_nobody_found.html"
    locked: set[str] = set()

    class Meta:
        order_by = "name"

    def order_last_login(self, users: QuerySet[User], is_descending: bool) -> tuple[QuerySet[User], bool]:
        """Whoever never signed in comes last in one order and first in the other."""
        last = F("last_login").desc(nulls_last=True) if is_descending else F("last_login").asc(nulls_first=True)
        return users.order_by(last, "pk"), True

    def look_up_locked(self) -> None:
        """After paging: one query for the rows that are shown."""
        self.locked = locked_usernames(row.record.username for row in self.paginated_rows)


def listed_users() -> QuerySet[User]:
    return User.objects.select_related("home_branch").prefetch_related("groups", "branches")
