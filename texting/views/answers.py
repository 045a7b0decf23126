"""What our views are given (the middleware has seen to it), who may send, and where a posted form leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django_htmx.middleware import HtmxDetails

may_send = permission_required("texting.send", raise_exception=True)


class SignedInRequest(HttpRequest):
    user: AbstractUser  # type: ignore[assignment]  # LoginRequiredMiddleware lets nobody else in
    htmx: HtmxDetails


def page_or_part(request: HttpRequest, part: str) -> str:
    """What a page extends: the frame, or nothing when only its part of this id is asked for anew."""
    return "texting/live.html" if request.headers.get("HX-Target") == part else "texting/base.html"


class SeeOther(HttpResponseRedirect):
    """303: what was posted is done, its result is at another address, to be asked for with GET."""

    status_code = 303

    def __init__(self, to: Any, **arguments: Any) -> None:
        super().__init__(resolve_url(to, **arguments))
