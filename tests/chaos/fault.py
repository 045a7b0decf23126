"""A fault, and what most of them need: people at work meanwhile, and ways to wait and to look."""

from __future__ import annotations

import re
import statistics
import threading
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from tests.chaos.workload import Unavailable

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from tests.chaos.firm import Firm
    from tests.chaos.workload import Workload

ON_THEIR_WAY = """
SELECT id FROM texting_text WHERE status IN ('queued', 'sending')
UNION ALL SELECT id FROM texting_webhookevent WHERE state = 'pending' AND event = 'receive'
"""
# A page is compared only when it was asked for so often both times.
FEWEST = 4
# To so many people those who work meanwhile send at once.
AT_ONCE = 3


@dataclass(frozen=True)
class Fault:
    """`during` runs while texts are on their way; its processes are whole again after it."""

    name: str
    group: str
    during: Callable[[Firm, Workload, random.Random], None]


def wait_until(condition: Callable[[], object], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def use(work: Workload, rng: random.Random, *, trouble: str = "") -> None:
    work.answer(3)
    with suppress(requests.RequestException, Unavailable):
        work.send(work.crowd, patience=15)
        if word := trouble or rng.choice(("", "", "#hang", "#silent")):
            work.send(6, trouble=word, patience=15)


@contextmanager
def people_at_work(work: Workload, *, people_count: int = AT_ONCE) -> Iterator[Workload]:
    """Others who send and answer, in a thread, for as long as the block lasts: what is yielded is their work."""
    others = work.beside()
    is_over = threading.Event()
    failures: list[Exception] = []

    def go() -> None:
        while not is_over.is_set():
            try:
                others.answer(1)
                others.send(people_count, patience=8)
            except (requests.RequestException, Unavailable):
                others.given_up_count += 1
            except Exception as error:
                failures.append(error)
            is_over.wait(0.1)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    try:
        yield others
    finally:
        is_over.set()
        thread.join(60)
        work.sent_count += others.sent_count
    assert not failures, f"people at work: {failures[0]!r}"


def assert_no_slower(before: Workload, meanwhile: Workload, *, seconds: float) -> None:
    """Compare page by page, by the median: on a busy machine single requests are late for reasons of their own."""
    old, new = _medians(before), _medians(meanwhile)
    common = old.keys() & new.keys()
    assert common, "no page was asked for often enough"
    slower = {page: new[page] - old[page] for page in common}
    worst = max(slower, key=slower.__getitem__)
    assert slower[worst] <= seconds, f"{worst} took {new[worst]:.2f} s, {old[worst]:.2f} s before"
    assert meanwhile.unanswered_count == 0, f"{meanwhile.unanswered_count} requests were not answered"


def _medians(work: Workload) -> dict[str, float]:
    times: dict[str, list[float]] = defaultdict(list)
    for page, seconds in work.timings:
        times[re.sub(r"[0-9a-f-]{8,}|\d+", "#", page)].append(seconds)
    return {page: statistics.median(those) for page, those in times.items() if len(those) >= FEWEST}


@contextmanager
def while_posting(firm: Firm, work: Workload) -> Iterator[None]:
    """While the provider takes its time to answer, so that several POSTs are under way."""
    with settings(firm, slow_ms=700):
        work.send(work.crowd, trouble="#slow")
        wait_until(lambda: len(firm.query("SELECT id FROM texting_text WHERE status = 'sending'")) > 1, 5)
        yield
        wait_until(lambda: not firm.query("SELECT id FROM texting_text WHERE status IN ('queued', 'sending')"), 60)


@contextmanager
def settings(firm: Firm, **changed: object) -> Iterator[None]:
    """Other settings of the sandbox, until the block ends."""
    before = firm.sandbox("settings")
    firm.sandbox("settings", **changed)
    try:
        yield
    finally:
        firm.sandbox("settings", **{name: before[name] for name in changed})


@contextmanager
def pace(firm: Firm, seconds: float) -> Iterator[None]:
    _, before = firm.paces[-1]
    firm.set_pace(seconds)
    try:
        yield
    finally:
        firm.set_pace(before)


def beats(firm: Firm, name: str) -> bool:
    process = f"%:{firm.processes[name].pid}"
    return bool(firm.query("SELECT id FROM texting_heartbeat WHERE process LIKE %s", [process]))


def posts(firm: Firm) -> list[dict]:
    return [entry for entry in firm.ledger() if entry["kind"] == "text"]


def count_left(firm: Firm) -> int:
    return firm.query("SELECT count(*) FROM texting_text WHERE direction = 'out' AND left_at IS NOT NULL")[0][0]


def count_heard(firm: Firm, work: Workload) -> int:
    """How many of what people wrote has been taken in."""
    return firm.query("SELECT count(*) FROM texting_text WHERE direction = 'in' AND body = ANY(%s)", [work.heard])[0][0]


def is_opted_out(firm: Firm, number: str) -> bool:
    return bool(firm.query("SELECT id FROM texting_optout WHERE number = %s AND lifted_at IS NULL", [number]))


def last_of_the_queue(firm: Firm, count: int) -> list[str]:
    rows = firm.query(
        "SELECT number FROM texting_text WHERE status = 'queued' ORDER BY turn DESC, id DESC LIMIT %s", [count]
    )
    return [number for (number,) in rows]
