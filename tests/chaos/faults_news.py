"""Webhooks that come twice, late and in disorder, before the answer, or never: of texts that come, not only of ours."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.chaos.fault import (
    Fault,
    count_heard,
    is_opted_out,
    last_of_the_queue,
    pace,
    people_at_work,
    settings,
    wait_until,
)

if TYPE_CHECKING:
    import random

    from tests.chaos.firm import Firm
    from tests.chaos.workload import Workload

# A moment of ZipWhip's is told to the second.
A_MOMENT = 1.1
# So late is the sandbox at most.
LATEST_SECONDS = 3.0
# The comparison comes every ten seconds here, and takes its time on a busy machine.
COMPARED_SECONDS = 40


def _twice(firm: Firm, work: Workload, rng: random.Random) -> None:
    delivered, stored = _count_delivered(firm), _count_stored(firm)
    with settings(firm, webhooks="twice"):
        with people_at_work(work):
            work.answer(10)
            _stop_and_start(firm, work, rng)
        wait_until(lambda: count_heard(firm, work) == len(work.heard), 20)
    stored_count = _count_stored(firm) - stored
    # Some of an earlier time may have come once in between.
    assert _count_delivered(firm) - delivered > 1.5 * stored_count > 0, "the events did not come twice"


def _late(firm: Firm, work: Workload, rng: random.Random) -> None:
    with settings(firm, webhooks="late"), people_at_work(work):
        work.answer(10)
        _stop_and_start(firm, work, rng)
    # What it was to tell is under way still.
    time.sleep(LATEST_SECONDS)


def _stop_and_start(firm: Firm, work: Workload, rng: random.Random) -> None:
    """Some write STOP and then START, some the other way round: the last word counts, whichever comes last."""
    numbers = rng.sample(work.numbers, 8)
    back, gone = numbers[:4], numbers[4:]
    for first, second in ((work.opt_out, work.opt_in), (work.opt_in, work.opt_out)):
        of_first = back if first == work.opt_out else gone
        for number in of_first:
            first(number)
        time.sleep(A_MOMENT)
        for number in of_first:
            second(number)
    # All news have come by then, and no text but these speaks of them.
    heeded = wait_until(
        lambda: all(is_opted_out(firm, one) for one in gone) and not any(is_opted_out(firm, one) for one in back), 20
    )
    time.sleep(4)
    wrong = [one for one in back if is_opted_out(firm, one)] + [one for one in gone if not is_opted_out(firm, one)]
    for number in gone:
        work.opt_in(number)
    assert heeded, "a STOP or START was not heeded"
    assert not wrong, f"the last word of {len(wrong)} people does not count"


def _dropped(firm: Firm, work: Workload, rng: random.Random) -> None:
    """Nobody is told of anything; the comparison finds what people wrote, STOP too, before their texts leave."""
    given_up = _count_given_up(firm)
    with pace(firm, 1.0), settings(firm, webhooks="dropped"):
        work.send(max(80, work.crowd))
        waiting = last_of_the_queue(firm, 3)
        work.answer(5)
        for number in waiting:
            work.opt_out(number)
        blocked = "SELECT id FROM texting_text WHERE status = 'blocked' AND number = ANY(%s)"
        stopped = wait_until(lambda: len(firm.query(blocked, [waiting])) >= len(waiting), COMPARED_SECONDS)
        heard = wait_until(lambda: count_heard(firm, work) == len(work.heard), COMPARED_SECONDS)
    assert waiting, "the queue was empty too soon"
    assert _count_given_up(firm) > given_up, "no webhook was dropped"
    assert stopped, "a STOP that no webhook told of left its text waiting"
    assert heard, "an answer that no webhook told of was not found"


def _before_the_answer(firm: Firm, work: Workload, rng: random.Random) -> None:
    """ZipWhip answers late: a text's progress, and the reply to it, are here before we know its id."""
    ((since,),) = firm.query("SELECT now()")
    with settings(firm, slow_ms=1500):
        work.send(max(6, work.crowd // 8), trouble="#slow")
        work.answer(3)
        waited = wait_until(lambda: firm.query(_TOO_EARLY, [since]), 20)
        wait_until(lambda: not firm.query("SELECT id FROM texting_text WHERE status IN ('queued', 'sending')"), 60)
    assert waited, "no news came before the answer"


_TOO_EARLY = "SELECT id FROM texting_webhookevent WHERE received_at > %s AND tries > 1 AND failure_count = 0"


def _count_stored(firm: Firm) -> int:
    return firm.query("SELECT count(*) FROM texting_webhookevent")[0][0]


def _count_delivered(firm: Firm) -> int:
    return sum(line["taken"] for line in firm.sandbox_state()["deliveries"].values())


def _count_given_up(firm: Firm) -> int:
    return sum(line["given_up"] for line in firm.sandbox_state()["deliveries"].values())


FAULTS = (
    Fault("webhooks twice", "webhooks", _twice),
    Fault("webhooks late and in disorder", "webhooks", _late),
    Fault("webhooks never", "webhooks", _dropped),
    Fault("webhooks before the answer", "webhooks", _before_the_answer),
)
