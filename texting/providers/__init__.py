"""The texting companies we can send through, by name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from texting.providers.zipwhip.client import ZipWhip

if TYPE_CHECKING:
    from texting.providers.base import Provider

_PROVIDERS = {"zipwhip": ZipWhip}


@lru_cache
def get_provider(name: str, *, url: str, app_url: str) -> Provider:
    """Return the one provider of this name and address, so that its connections are shared.

    Raises ValueError for an unknown name or an unusable address: a mistake in the configuration.
    """
    if name not in _PROVIDERS:
        raise ValueError(f"no provider is called {name!r}; there are: {', '.join(sorted(_PROVIDERS))}")
    return _PROVIDERS[name](url, app_url=app_url)
