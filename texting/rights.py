"""Stop what still waits once its sender may no longer text from its line: a role, a grant or the line's owner changed.

Rights are the host's, in its own tables and code, so no claim can ask for them. They are asked anew every few seconds,
once for each sender of whom anything waits; whichever way they were taken away, and whoever did it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from texting import dispatch, lines
from texting.models import Text
from texting.sql import run
from texting.vocabulary import Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Collection

logger = logging.getLogger(__name__)

EVERY = timedelta(seconds=10)


def stop_forbidden() -> int:
    """Block the queued texts of senders who may no longer text from their line; return how many."""
    waiting: dict[int, set[int]] = {}
    for sender_id, line_id in run(_WAITING):
        waiting.setdefault(sender_id, set()).add(line_id)
    return sum(_stop_of(sender_id, line_ids) for sender_id, line_ids in waiting.items())


# What waits on a removed line is the claim's to stop, with its own reason; on one under guard, it may have left.
_WAITING = """
SELECT w.sender_id, w.line_id
FROM (SELECT DISTINCT sender_id, line_id FROM texting_text WHERE status = 'queued' AND sender_id IS NOT NULL) w
JOIN texting_line l ON l.id = w.line_id AND l.state <> 'removed' AND l.guarded_since IS NULL
"""


def _stop_of(sender_id: int, line_ids: Collection[int]) -> int:
    # Read anew, for rights are kept on the instance.
    sender = get_user_model().objects.get(pk=sender_id)
    forbidden = set(line_ids) - {line.pk for line in lines.entitled_to(sender)}
    if not forbidden:
        return 0
    texts = Text.objects.filter(sender_id=sender_id, line_id__in=forbidden)
    count = dispatch.stop_in_blocks(texts, TextStatus.BLOCKED, Reason.SENDER_INACTIVE)
    logger.warning("user %s may no longer text from lines %s: %d texts stopped", sender_id, sorted(forbidden), count)
    return count
