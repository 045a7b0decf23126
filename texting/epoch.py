"""Has this database lived through everything we did? If not, each line is compared with its provider before it sends.

A restored backup, a standby that was promoted before it had everything, or hours in which no runner was alive: then a
text that left may stand here as queued. So a runner says every few seconds that it lives, in which database.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import OperationalError, transaction

from texting import conf
from texting.sql import run

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)

LONGEST_GAP = timedelta(minutes=5)
# What a standby may lack, and how far two clocks may be apart.
LOOK_BACK = timedelta(minutes=10)

# The timeline is read from the log being written: the control file names the old one until the first checkpoint after
# a promotion, minutes in which texts would leave again.
_HERE = """
SELECT system_identifier::text, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
FROM pg_control_system()
"""
# A microsecond earlier each time, so that a second doubt differs from the first: texting.backfill ends the one it knew.
_GUARD = """
WITH ordered AS (
    SELECT id FROM texting_line WHERE state <> 'removed' AND session_token <> '' ORDER BY id FOR NO KEY UPDATE
)
UPDATE texting_line SET
    guarded_since = least(guarded_since - interval '1 us', %(since)s), guarded_at = now(), compared_at = NULL,
    next_backfill_at = now() + %(wait)s
WHERE id IN (SELECT id FROM ordered)
"""


class SetBack(OperationalError):
    """The database lacks what it held a moment ago: somebody has put back a copy while we were at work in it."""


class Pulse:
    """A runner's sign of life. It remembers the last, so that a database set back by minutes is noticed as well."""

    def __init__(self) -> None:
        self._last_at: datetime | None = None

    def beat(self) -> bool:
        """Note that a runner lives. False when the past is in doubt: then no line sends before its backfill."""
        ((identifier, timeline),) = run(_HERE)
        with transaction.atomic():
            is_first = run(
                """
                INSERT INTO texting_epoch (id, system_identifier, timeline_id, beat_at) VALUES (1, %s, %s, now())
                ON CONFLICT (id) DO NOTHING RETURNING id
                """,
                [identifier, timeline],
            )
            ((then_identifier, then_timeline, beat_at, is_recent),) = run(
                "SELECT system_identifier, timeline_id, beat_at, beat_at > now() - %s FROM texting_epoch FOR UPDATE",
                [LONGEST_GAP],
            )
            now = _take_over(identifier, timeline)
            is_same = (then_identifier, then_timeline) == (identifier, timeline)
            was_set_back = self._last_at is not None and (bool(is_first) or beat_at < self._last_at)
            is_in_doubt = was_set_back or not is_same or not is_recent
            if is_in_doubt:
                # What was being posted when another database took over is listed only once it was taken.
                wait = timedelta(0) if is_same and not was_set_back else conf.LEASE
                run(_GUARD, {"since": beat_at - LOOK_BACK, "wait": wait})
        # Only what was committed can be missed later.
        self._last_at = now
        if not is_in_doubt:
            return True
        logger.warning(
            "the runners' last sign of life is of %s%s: every line is compared with its provider before it sends",
            beat_at.isoformat(timespec="seconds"),
            "" if is_same else ", in another database",
        )
        return False

    def check(self) -> None:
        """Raise SetBack when this database does not hold our last sign of life.

        Asked last in a transaction, which may have waited until a restore that locked its tables was done.
        """
        if self._last_at and not run("SELECT 1 FROM texting_epoch WHERE beat_at >= %s", [self._last_at]):
            raise SetBack


def is_known() -> bool:
    """Whether a runner has found this database to be the one it knew, within `LONGEST_GAP`."""
    (here,) = run(_HERE)
    known = "SELECT 1 FROM texting_epoch WHERE system_identifier = %s AND timeline_id = %s AND beat_at > now() - %s"
    return bool(run(known, [*here, LONGEST_GAP]))


def _take_over(identifier: str, timeline: int) -> datetime:
    """Write a beat that is no earlier than the one it follows: of two runners the later one may be first."""
    rows = run(
        """
        UPDATE texting_epoch
        SET system_identifier = %s, timeline_id = %s, beat_at = greatest(beat_at, clock_timestamp())
        RETURNING beat_at
        """,
        [identifier, timeline],
    )
    beat_at: datetime = rows[0][0]
    return beat_at
