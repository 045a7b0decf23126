"""When nothing is under way any more; what still is after its time is a violation, not a reason to wait longer."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.firm import Firm

# Every text is final or unconfirmed, and everything told is taken in, so long after the last fault at the most.
LONGEST_SECONDS = 120.0
UNDER_WAY = {
    "texts are queued or being sent": "FROM texting_text WHERE status IN ('queued', 'sending')",
    "unconfirmed texts are still looked for": (
        "FROM texting_text WHERE status = 'unconfirmed' AND next_look_at IS NOT NULL"
    ),
    "events wait": "FROM texting_webhookevent WHERE state = 'pending'",
    "batches are not made": "FROM texting_batch WHERE is_pending",
    "lines are under guard": "FROM texting_line WHERE guarded_since IS NOT NULL",
}
AT_THE_END = {
    "events were given up": "FROM texting_webhookevent WHERE state IN ('quarantined', 'malformed')",
    "conversations are open": "FROM texting_conversation WHERE closed_at IS NULL",
}


def under_way(firm: Firm) -> list[str]:
    spooled = len(list((firm.folder / "spool").glob("*.json")))
    return _counted(firm, UNDER_WAY) + ([f"{spooled} events are in the spool"] if spooled else [])


def never_finished(firm: Firm) -> list[str]:
    """What no run may end with."""
    return under_way(firm) + _counted(firm, AT_THE_END)


def waiting_events(firm: Firm) -> list[str]:
    """What there is to know of each."""
    return [
        f"event {pk}, {kind} on line {line}, came {age:.0f} s ago, tried {tries} times, next in {wait:.0f} s: {problem}"
        for pk, kind, line, age, tries, wait, problem in firm.query(_WAITING)
    ]


_WAITING = """
SELECT id, event, line_id, extract(epoch FROM now() - received_at), tries, extract(epoch FROM next_try_at - now()),
       problem
  FROM texting_webhookevent WHERE state = 'pending'
"""


def _counted(firm: Firm, what: dict[str, str]) -> list[str]:
    counts = firm.query("SELECT " + ", ".join(f"(SELECT count(*) {rows})" for rows in what.values()))[0]
    return [f"{count} {words}" for words, count in zip(what, counts, strict=True) if count]


def wait_for_rest(firm: Firm, seconds: float = LONGEST_SECONDS) -> tuple[float, list[str]]:
    """Wait until nothing is under way; how long that took, and what still is."""
    return wait_until_none(lambda: under_way(firm), firm, seconds)


def wait_until_none(find: Callable[[], list], firm: Firm, seconds: float) -> tuple[float, list]:
    """Wait until nothing is found; what died of itself meanwhile is noted, and started again as a machine would."""
    begun, found = time.monotonic(), ["the database does not answer"]
    while (waited := time.monotonic() - begun) < seconds:
        firm.revive()
        with suppress(Exception):
            if not (found := find()):
                break
        time.sleep(0.3)
    return waited, found
