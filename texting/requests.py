"""What our views are given, for type checkers: the middleware has seen to both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django_htmx.middleware import HtmxDetails


class SignedInRequest(HttpRequest):
    user: AbstractUser  # type: ignore[assignment]  # LoginRequiredMiddleware lets nobody else in
    htmx: HtmxDetails
