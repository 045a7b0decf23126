"""Who holds a permission, of those whom Django's own tables know: for lists, where asking each would cost too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def holders_of(permission: str) -> QuerySet[AbstractUser]:
    """The active users who hold it."""
    found: QuerySet[AbstractUser] = get_user_model()._default_manager.with_perm(permission, backend=_BACKEND)
    return found
