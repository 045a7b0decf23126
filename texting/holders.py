"""Who holds a permission, of those whom Django's own tables know: for lists, where asking each would cost too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet


def holders_of(permission: str) -> QuerySet[AbstractUser]:
    """The active users who hold it.

    As Django's `with_perm` finds them, which compares everybody with everybody: a tenth of a second for 300 users.
    """
    app_label, _, codename = permission.partition(".")
    named = Permission.objects.filter(content_type__app_label=app_label, codename=codename).values("pk")
    users = get_user_model()._default_manager
    themselves = users.filter(user_permissions__in=named).values("pk")
    by_group = users.filter(groups__permissions__in=named).values("pk")
    found: QuerySet[AbstractUser] = users.filter(is_active=True)
    return found.filter(Q(is_superuser=True) | Q(pk__in=themselves) | Q(pk__in=by_group))
