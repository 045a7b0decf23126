"""Several beats or none; what must not leave because time or a person's word came between."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.chaos.fault import ON_THEIR_WAY, Fault, last_of_the_queue, pace, use, wait_until
from texting import conf

if TYPE_CHECKING:
    import random

    from tests.chaos.firm import Firm
    from tests.chaos.workload import Workload

# What beat does every minute at the most is done each second here: so these are as ten minutes.
TEN_MINUTES = 12


def _several_beats(firm: Firm, work: Workload, rng: random.Random) -> None:
    others = [f"beat-{n}" for n in range(2, rng.randint(2, 5) + 1)]
    for name in others:
        firm.start_program(name)
    use(work, rng)
    firm.end_conversations()
    time.sleep(4)
    for name in others:
        firm.kill(name)


def _no_beat(firm: Firm, work: Workload, rng: random.Random) -> None:
    firm.strike("beat")
    use(work, rng)
    firm.end_conversations()
    time.sleep(TEN_MINUTES)
    # A breaker that a hanging provider opened holds texts up for some seconds more.
    went = wait_until(lambda: not firm.query(ON_THEIR_WAY), 40)
    firm.start_program("beat")
    assert went, "texts or answers waited for beat"


def _opted_out_meanwhile(firm: Firm, work: Workload, rng: random.Random) -> None:
    """The last of a slow queue write STOP: none of them is texted."""
    with pace(firm, 1.0):
        work.send(work.crowd)
        waiting = last_of_the_queue(firm, 3)
        for number in waiting:
            work.opt_out(number)
        blocked = "SELECT id FROM texting_text WHERE status = 'blocked' AND number = ANY(%s)"
        stopped = wait_until(lambda: len(firm.query(blocked, [waiting])) >= len(waiting), 20)
    assert waiting, "the queue was empty too soon"
    assert stopped, "a STOP left its text waiting"


def _expired_meanwhile(firm: Firm, work: Workload, rng: random.Random) -> None:
    """What waits on a paused line for longer than any may does not leave when the line goes on."""
    with pace(firm, 0.5):
        work.send(max(8, work.crowd // 4))
        firm.query("UPDATE texting_line SET state = 'paused', pause_reason = 'by_hand'")
        marked = firm.query(
            "UPDATE texting_text t SET expires_at = now() + interval '1 s' - %s, line_worked = l.worked "
            "FROM texting_line l WHERE l.id = t.line_id AND t.status = 'queued' AND t.id %% 2 = 0 RETURNING t.id",
            [conf.LONGEST_HELD],
        )
        time.sleep(2)
        firm.query("UPDATE texting_line SET state = 'connected', pause_reason = ''")
    expired = "SELECT id FROM texting_text WHERE status = 'expired' AND id IN %s"
    assert marked, "the queue was empty too soon"
    assert wait_until(lambda: len(firm.query(expired, [tuple(marked)])) == len(marked), 30), "an old text left"


FAULTS = (
    Fault("two to five beats", "beat", _several_beats),
    Fault("no beat for ten minutes", "beat", _no_beat),
    Fault("STOP during a batch", "opt-outs", _opted_out_meanwhile),
    Fault("time over on a paused line", "expiry", _expired_meanwhile),
)
