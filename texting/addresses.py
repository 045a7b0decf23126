"""Where an address of another program leads: over the network, or to this machine and what is started beside us."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from texting import conf

# A service of a compose file or a machine of our own network. A number without a dot is an address of the internet.
_NEIGHBOR = re.compile(r"[a-z][a-z0-9_-]*")


def is_in_the_clear(url: str) -> bool:
    """Whether what goes to `url` can be read on its way there; False for what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and bool(parts.hostname) and not is_near(parts.hostname or "")


def is_near(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return bool(_NEIGHBOR.fullmatch(host))


def provider_in_the_clear() -> str | None:
    """The provider's address, if passwords of lines can be read on their way there."""
    try:
        url = conf.provider_urls("zipwhip").api
    except ImproperlyConfigured:
        return None
    return url if is_in_the_clear(url) else None
