"""What the provider holds of a line: for settling what is unconfirmed, and for taking in what webhooks missed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from texting import lines
from texting.errors import OutcomeUnknown
from texting.providers.base import OddRow, ProviderText

if TYPE_CHECKING:
    from datetime import datetime

    from texting.models import Line

logger = logging.getLogger(__name__)

PAGE = 100
# So many texts of a page are asked for once more with the next: what is deleted meanwhile moves the rest up.
OVERLAP = 5
# After so many pages without a new text a provider is asked no further: it may answer with the same one for ever.
MOST_BARREN = 20
# A list that moved too far between two pages is read anew so often.
MOST_READINGS = 3


class _Moved(Exception):
    """Two pages of a list do not meet: what stood between them was not seen."""


def list_since(line: Line, since: datetime) -> list[ProviderText]:
    """The line's texts since then and a few older ones, each once, oldest first. Raises ProviderError."""
    for _ in range(MOST_READINGS):
        try:
            return _read_list(line, since)
        except _Moved:
            continue
    raise OutcomeUnknown(detail=f"the provider's list moved while it was read, {MOST_READINGS} times")


def _read_list(line: Line, since: datetime) -> list[ProviderText]:
    """A page may hold less than was asked for though more follow, as the provider may have a limit of its own."""
    provider = lines.provider_of(line)
    session_key = line.reveal("session").reveal()
    told: dict[str, ProviderText] = {}
    start = overlap = barren = 0
    has_unreadable = False
    while barren < MOST_BARREN:
        page = provider.list_texts(session_key, start=start, limit=PAGE)
        texts = [row for row in page if isinstance(row, ProviderText)]
        has_unreadable |= OddRow.UNREADABLE in page
        new = [text for text in texts if text.provider_id not in told]
        if overlap and len(new) == len(texts):
            raise _Moved
        told.update({text.provider_id: text for text in new})
        is_end = not new and len(page) <= overlap
        if is_end or _is_old(texts, since):
            break
        barren = 0 if new else barren + 1
        step = _step(page)
        start, overlap = start + step, len(page) - step
    if has_unreadable:
        _tell(line)
    return list(reversed(told.values()))


def _is_old(texts: list[ProviderText], since: datetime) -> bool:
    """Whether what follows a page is older too, by its last few: one by itself may stand in the wrong place."""
    times = [text.at for text in texts[-OVERLAP:] if text.at]
    return bool(times) and all(at < since for at in times)


def _step(page: list[ProviderText | OddRow]) -> int:
    """How far on the next page begins: at one of this page's last texts, or after it where that leads nowhere."""
    places = [place for place, row in enumerate(page) if isinstance(row, ProviderText)]
    return next((place for place in places[-OVERLAP:] if place), len(page))


def _tell(line: Line) -> None:
    """While nobody knows whether one of these is ours, a line under guard sends nothing."""
    if line.guarded_since:
        raise OutcomeUnknown(detail="list: unreadable row")
    logger.warning("line %s: a row of the provider's list cannot be read", line.pk)
