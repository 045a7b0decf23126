from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .navigation import find_url, navigation_for


@dataclass(frozen=True)
class Account:
    """Who is signed in, for the menu under the initials. `branch` and `roles` are "" when the user model has none."""

    name: str
    branch: str
    roles: str


def navigation(request: HttpRequest) -> dict[str, Any]:
    """What the frame of base.html needs. Lazy: a fragment that does not show the frame pays for none of it."""
    return {
        "navigation": SimpleLazyObject(lambda: navigation_for(request)),
        "account": SimpleLazyObject(lambda: _account(request)),
        "frame_urls": SimpleLazyObject(_urls),
    }


def _urls() -> dict[str, str]:
    return {
        "home": find_url("home") or "/",
        "search": find_url("people:search"),
        "login": find_url("users:sign-in"),
        "logout": find_url("users:sign-out"),
        "account": find_url("users:account"),
        "password_change": find_url("users:password-change"),
    }


def _account(request: HttpRequest) -> Account | None:
    user: Any = getattr(request, "user", AnonymousUser())
    if not user.is_authenticated:
        return None
    return Account(
        name=user.get_full_name() or user.get_username(),
        branch=str(getattr(user, "home_branch", None) or ""),
        roles=", ".join(user.groups.order_by("name").values_list("name", flat=True)),
    )
