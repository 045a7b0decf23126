"""Where a request comes from, for the audit and for django-axes."""

from __future__ import annotations

from contextvars import ContextVar
from ipaddress import ip_address
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

# Of the request that is being answered; None outside of any.
address: ContextVar[str | None] = ContextVar("address", default=None)


def client_address(request: HttpRequest) -> str | None:
    """The address a request came from: what the outermost of our own PROXY_COUNT proxies saw.

    What stands left of that in X-Forwarded-For is whatever the sender wrote there. None for what is no address.
    """
    found: str = request.META.get("REMOTE_ADDR", "")
    if settings.PROXY_COUNT:
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        found = hops[-settings.PROXY_COUNT] if len(hops) >= settings.PROXY_COUNT else ""
    try:
        return str(ip_address(found.strip()))
    except ValueError:
        return None
