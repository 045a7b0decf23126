"""When texts were POSTed, by the ledger: none after a STOP, none outside its time, none faster than its line's pace.

Every POST counts, accepted or not. Moments are the sandbox's: when a call came in, when a webhook was answered 2xx.
Between our last look at a text and its POST stands what no sender can close; it is as short as our own rules make it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.chaos.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

Entry = dict[str, Any]

# A claim begins its POST within its lease less the reserve (texting.claims.is_ours; see inside.shorten), or not at all.
BEGUN_MS = 2_000
# What a webhook brought is applied by the next step of a runner, and a POST takes its way through a busy machine.
APPLIED_MS = 1_000
IN_FLIGHT_MS = BEGUN_MS + APPLIED_MS
# Who fetched a list may have been killed over it, or looked for something else: the next comparison takes a STOP in.
COMPARED_MS = 20_000
# Our table and the sandbox read the same clock, but in other units.
ROUNDING_MS = 5
# POSTs that two runners of six slots can have under way.
SLOTS = 12


def posts_of(ledger: Iterable[Entry]) -> list[Entry]:
    """What we asked the sandbox to send, whatever came of it, in the order of time."""
    return sorted((one for one in ledger if one["kind"] == "text" and one["source"] == "api"), key=_at)


def key_of(number: str, body: str) -> tuple[str, str]:
    """Every text of a run differs from every other in its number or its mark."""
    return number[-10:], body


def _at(entry: Entry) -> int:
    return int(entry["at_ms"])


# --- after a STOP


@dataclass
class Word:
    """A STOP or START as a handset wrote it, and from when on we must have heeded it."""

    kind: str
    number: str
    written_ms: int
    heeded_ms: list[int] = field(default_factory=list)


def words_of(ledger: Iterable[Entry]) -> dict[str, list[Word]]:
    """By number, in the order in which they were written."""
    by_id: dict[str, Word] = {}
    slack = {"taken": IN_FLIGHT_MS, "listed": COMPARED_MS}
    for entry in ledger:
        if entry["kind"] == "text":
            continue
        if entry["moment"] == "written":
            by_id[entry["id"]] = Word(entry["kind"], entry["from"][-10:], _at(entry))
        else:
            by_id[entry["id"]].heeded_ms.append(_at(entry) + slack[entry["moment"]])
    words: dict[str, list[Word]] = defaultdict(list)
    for word in sorted(by_id.values(), key=lambda one: one.written_ms):
        words[word.number].append(word)
    return words


def after_opt_out(ledger: Sequence[Entry]) -> list[Violation]:
    """From the STOP being ours to know, plus what was in flight, until a START is written."""
    words = words_of(ledger)
    return [
        Violation("I5 nothing after an opt-out", f"{post['body'][:40]}, {post['fate']}, {late} ms after a STOP was due")
        for post in posts_of(ledger)
        if (late := _after_stop(words.get(post["to"][-10:], []), _at(post))) > 0
    ]


def _after_stop(words: Sequence[Word], at: int) -> int:
    """How long a POST at that time came after a STOP that stood; 0 or less if it did not."""
    before = [word for word in words if word.written_ms <= at]
    if not before or before[-1].kind == "start":
        return 0
    stood = []
    for word in reversed(before):
        if word.kind == "start":
            break
        stood += word.heeded_ms
    return at - min(stood, default=at)


def stops_lost(ledger: Iterable[Entry], opted_out: Iterable[str]) -> list[Violation]:
    """Who wrote STOP last, and does not stand as opted out with us."""
    known = {number[-10:] for number in opted_out}
    return [
        Violation("I5 nothing after an opt-out", f"the STOP of ...{number[-4:]} is lost")
        for number, words in words_of(ledger).items()
        if words[-1].kind == "stop" and number not in known
    ]


# --- the pace


class Paces:
    """Which pace was in force when, as the campaign set it; that of all lines at once."""

    def __init__(self, noted: Sequence[tuple[int, float]]) -> None:
        self._noted = sorted(noted)

    def shortest(self, at_ms: int) -> float:
        """In seconds, of those in force since what is POSTed then may have been claimed."""
        since = max(0, bisect_right(self._noted, (at_ms - IN_FLIGHT_MS, float("inf"))) - 1)
        return min((pace for noted_at, pace in self._noted[since:] if noted_at <= at_ms), default=0.0)


def faster_than_the_pace(ledger: Iterable[Entry], paces: Paces) -> list[Violation]:
    """Each POST costs its line the pace, and time pays it back: what is owed beyond the slack came too soon.

    That bounds every window, of a second as of an hour: POSTs <= its length / pace + 1 + slack. The slack: the claim is
    what the pace charges, and a POST may come later than others, IN_FLIGHT at most, and no more than there are slots.
    """
    by_line: dict[str, list[Entry]] = defaultdict(list)
    for post in posts_of(ledger):
        by_line[post["line"]].append(post)
    found = []
    for line, posts in by_line.items():
        early = _too_early(posts, paces)
        if early:
            owed, pace = max(early)
            what = f"{len(early)} POSTs of ...{line[-4:]} too soon, one by {owed:.2f} s at a pace of {pace} s"
            found.append(Violation("I7 pace", what))
    return found


def _too_early(posts: Sequence[Entry], paces: Paces) -> list[tuple[float, float]]:
    """By how many seconds beyond the slack, and at which pace."""
    early, owed, last = [], 0.0, 0
    for post in posts:
        pace = paces.shortest(_at(post))
        owed = max(0.0, owed - (_at(post) - last) / 1000)
        too_soon = owed - min(SLOTS * pace, IN_FLIGHT_MS / 1000)
        if too_soon > ROUNDING_MS / 1000:
            early.append((too_soon, pace))
        owed, last = owed + pace, _at(post)
    return early


# --- the time of a text


class Window(NamedTuple):
    """What our table says of a text: nobody else knows when it might leave.

    `expires_at` with all that its line was held since, also after it left.
    """

    due_at: datetime | None
    expires_at: datetime | None
    line_worked: timedelta
    line: str


def outside_its_time(
    ledger: Iterable[Entry],
    windows: dict[tuple[str, str], Window],
    worked: dict[str, timedelta],
    paces: Paces,
    restores: Collection[int],
) -> list[Violation]:
    """No POST after `expires_at` and what the line has worked since, plus what was in flight; none before `due_at`.

    How far the line had worked is told by how far it has worked at the end, less the POSTs since. `due_at` moves with
    each try, so only the last, the accepted one, is held against it. And not when the database was set back in between:
    a text that it did not know then is made anew, and found among those that had left.
    """
    posts, found = posts_of(ledger), []
    work_left = _work_left(posts, paces)
    for post, left in zip(posts, work_left, strict=True):
        window = windows.get(key_of(post["to"], post["body"]))
        if window is None:
            continue
        if window.expires_at is not None:
            since = max(timedelta(0), worked[window.line] - window.line_worked - timedelta(seconds=left))
            late = _at(post) - _ms(window.expires_at + since) - IN_FLIGHT_MS
            if late > 0:
                found.append(Violation("I6 in its time", f"{post['body'][:40]} was POSTed {late} ms too late"))
        if not post["accepted"] or window.due_at is None:
            continue
        early = _ms(window.due_at) - _at(post)
        if early > ROUNDING_MS and not any(_at(post) < at < _ms(window.due_at) for at in restores):
            found.append(Violation("I6 in its time", f"{post['body'][:40]} was POSTed {early} ms before it was due"))
    return found


def _work_left(posts: Sequence[Entry], paces: Paces) -> list[float]:
    """For each POST, the seconds that its line worked after it."""
    left: dict[str, float] = defaultdict(float)
    found = []
    for post in reversed(posts):
        found.append(left[post["line"]])
        left[post["line"]] += paces.shortest(_at(post))
    return found[::-1]


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
