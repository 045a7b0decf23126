"""Who lines belong to: service reps and branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AbstractUser


class ServiceRepOwners:
    key = "servicerep"
    is_personal = True

    @property
    def label(self) -> str:
        return _("ServiceRep")

    def choices(self) -> list[tuple[int, str]]:
        reps = User.objects.filter(is_active=True, home_branch__isnull=False)
        named = [(rep.pk, f"{rep} ({rep.username})") for rep in reps]
        return sorted(named, key=lambda choice: choice[1].casefold())

    def names(self, ids: Iterable[int]) -> dict[int, str]:
        return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}

    def owners_for(self, user: AbstractUser) -> list[int]:
        return [user.pk] if user.is_active else []


class BranchOwners:
    key = "branch"
    is_personal = False

    @property
    def label(self) -> str:
        return _("Branch")

    def choices(self) -> list[tuple[int, str]]:
        return list(Branch.objects.filter(is_active=True).values_list("pk", "name"))

    def names(self, ids: Iterable[int]) -> dict[int, str]:
        return dict(Branch.objects.filter(pk__in=ids).values_list("pk", "name"))

    def owners_for(self, user: AbstractUser) -> list[int]:
        """The home branch, then the granted ones by name; all of them for an administrator who has neither."""
        if not isinstance(user, User) or not user.is_active:
            return []
        if not user.home_branch_id and user.sees_every_branch and not user.branches.exists():
            # An administrator of the whole firm, at home nowhere.
            return list(Branch.objects.filter(is_active=True).values_list("pk", flat=True))
        home = [user.home_branch_id] if user.home_branch_id else []
        granted = user.branches.exclude(pk__in=home).order_by("name").values_list("pk", flat=True)
        return [*home, *granted]
