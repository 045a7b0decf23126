"""Where an address of another program leads: over the network, or to this machine and what is started beside us."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

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
