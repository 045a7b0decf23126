"""Our own processes: killed at named places and at random, told to end, not running at all."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import requests

from tests.chaos import inside
from tests.chaos.failpoints import FAILPOINTS, Failpoint
from tests.chaos.fault import (
    Fault,
    beats,
    count_heard,
    is_opted_out,
    last_of_the_queue,
    pace,
    people_at_work,
    wait_until,
    while_posting,
)
from tests.chaos.workload import Unavailable

if TYPE_CHECKING:
    import random

    from tests.chaos.firm import Firm
    from tests.chaos.workload import Workload

NAMES = ("runner", "runner-2", "worker", "beat", "web")
RANDOM_KILLS = 20
# Between two of them, so that the one killed before is at work again, mostly.
BETWEEN_SECONDS = 3.0


def _killed_at(failpoint: Failpoint) -> Fault:
    def during(firm: Firm, work: Workload, rng: random.Random) -> None:
        target = failpoint.process
        others = [name for name in firm.processes if name.startswith(f"{target}-")]
        for name in (target, *others):
            firm.kill(name)
        # Each of gunicorn's workers counts for itself.
        passage = 1 if target == "web" else rng.randint(1, 3)
        firm.start_program(target, failpoint=f"SIGKILL {passage} {failpoint.name}")
        # Half of the time another competes, and goes on at once with what the killed one leaves.
        competitors = others if rng.random() < 0.5 else []
        for name in competitors:
            firm.start_program(name)
        try:
            was_killed = _use_until_killed(firm, work, failpoint, competitors)
        finally:
            for name in (target, *others):
                firm.restart(name)
        assert was_killed, "nobody came by this failpoint"
        firm.kill_count += 1

    return Fault(failpoint.name, "killed at a failpoint", during)


def _use_until_killed(firm: Firm, work: Workload, failpoint: Failpoint, competitors: list[str]) -> bool:
    for attempt in range(4):
        if attempt == 2:
            # They may be quicker each time.
            for name in competitors:
                firm.kill(name)
        work.answer(2)
        # A page that dies under the click: whoever pressed gives up for now.
        people_count = failpoint.people_count or (6 if failpoint.trouble else work.crowd // 2)
        with suppress(requests.RequestException, Unavailable):
            work.send(people_count, trouble=failpoint.trouble, patience=40 if failpoint.people_count else 4)
        if failpoint.process == "worker":
            firm.end_conversations()
        if wait_until(lambda: firm.was_killed(failpoint.process), 8):
            return True
    return False


def _random_kills(firm: Firm, work: Workload, rng: random.Random) -> None:
    """A minute of work in which somebody dies every three seconds."""
    name = ""
    with people_at_work(work, people_count=max(3, work.crowd // 4)):
        for _ in range(RANDOM_KILLS):
            name = rng.choice([one for one in NAMES if one != name])
            firm.strike(name)
            firm.start_program(name)
            time.sleep(BETWEEN_SECONDS * rng.uniform(0.5, 1.5))


def _deployed(firm: Firm, work: Workload, rng: random.Random) -> None:
    before = _count_unconfirmed(firm)
    for name in NAMES:
        # One that is told to end while it begins dies of it, and holds nothing yet.
        wait_until(lambda name=name: "runner" not in name or beats(firm, name), 20)
        with while_posting(firm, work):
            code = firm.end(name)
            firm.start_program(name)
            # Celery's beat says 1 when the signal finds it handing a task over; it holds nothing that could be lost.
            assert code == 0 or (name, code) == ("beat", 1), f"{name} ended with {code} after SIGTERM"
    assert _count_unconfirmed(firm) == before, "a deployment left a text unconfirmed"


def _count_unconfirmed(firm: Firm) -> int:
    return firm.query("SELECT count(*) FROM texting_textevent WHERE status = 'unconfirmed'")[0][0]


def _web_down(firm: Firm, work: Workload, rng: random.Random) -> None:
    """People answer, and one of those who wait for their text writes STOP, while nobody takes webhooks."""
    with pace(firm, 0.5):
        work.send(max(40, work.crowd // 4))
        firm.strike("web")
        work.answer(6)
        (number,) = last_of_the_queue(firm, 1)
        work.opt_out(number)
        time.sleep(2 + 2 * rng.random())
        firm.start_program("web")
        is_heeded = wait_until(lambda: is_opted_out(firm, number), 40)
    assert is_heeded, "the STOP that nobody took was lost"
    assert wait_until(lambda: count_heard(firm, work) == len(work.heard), 40), "answers that nobody took were lost"


def _no_runner(firm: Firm, work: Workload, rng: random.Random) -> None:
    """Both runners die with texts in their hands, and nobody starts them for longer than the gap that raises doubt."""
    noticed_count = _count_doubts(firm)
    with pace(firm, 0.2):
        work.send(max(30, work.crowd // 2))
        wait_until(lambda: firm.query("SELECT id FROM texting_text WHERE status = 'sending'"), 5)
        for name in ("runner", "runner-2"):
            firm.strike(name)
        work.answer(3)
        time.sleep(inside.LONGEST_GAP.total_seconds() + 1)
        firm.restored_count += 1
        for name in ("runner", "runner-2"):
            firm.start_program(name)
        was_noticed = wait_until(lambda: _count_doubts(firm) > noticed_count, 30)
    assert was_noticed, "nobody noticed that there had been no runner"


def _count_doubts(firm: Firm) -> int:
    return (firm.folder / "log").read_text(errors="replace").count("the runners' last sign of life is of")


FAULTS = (
    *(_killed_at(failpoint) for failpoint in FAILPOINTS),
    Fault("random kill -9", "processes", _random_kills),
    Fault("deployment (SIGTERM)", "processes", _deployed),
    Fault("web down while answers come", "processes", _web_down),
    Fault("no runner for five minutes", "processes", _no_runner),
)
