"""What the provider holds of a line: for settling what is unconfirmed, and for taking in what webhooks missed."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from texting import lines

if TYPE_CHECKING:
    from datetime import datetime

    from texting.models import Line
    from texting.providers.base import ProviderText

PAGE = 100


def list_since(line: Line, since: datetime) -> list[ProviderText]:
    """The line's texts since then and a few older ones, each once, oldest first. Raises ProviderError."""
    provider = lines.provider_of(line)
    session_key = line.reveal("session").reveal()
    told: dict[str, ProviderText] = {}
    for start in count(0, PAGE):
        # Not every row of a page is a text to one number, so a page may be short though more follow.
        page = provider.list_texts(session_key, start=start, limit=PAGE)
        # A text that came between two pages moves the rest, so that one stands on both.
        new = [text for text in page if text.provider_id not in told]
        told.update({text.provider_id: text for text in new})
        # Past the end nothing comes, or the same again.
        if not new or any(text.at and text.at < since for text in page):
            break
    return list(reversed(told.values()))
