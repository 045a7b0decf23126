"""What the provider holds of a line: for settling what is unconfirmed, and for taking in what webhooks missed."""

from __future__ import annotations

import logging
from itertools import count
from typing import TYPE_CHECKING

from texting import lines
from texting.errors import OutcomeUnknown
from texting.providers.base import OddRow, ProviderText

if TYPE_CHECKING:
    from datetime import datetime

    from texting.models import Line

logger = logging.getLogger(__name__)

PAGE = 100
# After so many pages without a text a provider is asked no further: it may answer with the same one for ever.
MOST_BARREN = 20


def list_since(line: Line, since: datetime) -> list[ProviderText]:
    """The line's texts since then and a few older ones, each once, oldest first. Raises ProviderError."""
    provider = lines.provider_of(line)
    session_key = line.reveal("session").reveal()
    told: dict[str, ProviderText] = {}
    unreadable = barren = 0
    for start in count(0, PAGE):
        page = provider.list_texts(session_key, start=start, limit=PAGE)
        texts = [row for row in page if isinstance(row, ProviderText)]
        unreadable += page.count(OddRow.UNREADABLE)
        # A text that came between two pages moves the rest, so that one stands on both.
        new = [text for text in texts if text.provider_id not in told]
        told.update({text.provider_id: text for text in new})
        # Past the end nothing comes, or the same again; but a page may hold no text at all though more follow.
        barren = 0 if texts else barren + 1
        if not page or (texts and not new) or barren == MOST_BARREN:
            break
        if any(text.at and text.at < since for text in texts):
            break
    if unreadable:
        _tell(line, unreadable)
    return list(reversed(told.values()))


def _tell(line: Line, unreadable: int) -> None:
    """While nobody knows whether one of these is ours, a line under guard sends nothing."""
    if line.guarded_since:
        raise OutcomeUnknown(detail=f"{unreadable} rows of the provider's list cannot be read")
    logger.warning("line %s: %d rows of the provider's list cannot be read", line.pk, unreadable)
