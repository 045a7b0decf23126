"""What our views are given (the middleware has seen to it), and where they lead after a form was posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django_htmx.middleware import HtmxDetails


class SignedInRequest(HttpRequest):
    user: AbstractUser  # type: ignore[assignment]  # LoginRequiredMiddleware lets nobody else in
    htmx: HtmxDetails


class SeeOther(HttpResponseRedirect):
    """303: what was posted is done, its result is at another address, to be asked for with GET."""

    status_code = 303

    def __init__(self, to: Any, **arguments: Any) -> None:
        super().__init__(resolve_url(to, **arguments))
