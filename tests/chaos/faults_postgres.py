"""PostgreSQL killed, frozen, set back to a copy, and its connections cut."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.chaos import inside
from tests.chaos.failpoints import LARGE
from tests.chaos.fault import Fault, count_left, is_opted_out, pace, people_at_work, use, wait_until
from tests.chaos.proxy import ARRIVAL, BATCH, CLAIM, OUTCOME

if TYPE_CHECKING:
    import random

    from tests.chaos.firm import Firm
    from tests.chaos.workload import Workload

# Longer than a lease, so that what was being sent is given up meanwhile.
FROZEN_SECONDS = inside.LEASE.total_seconds() + 3
# A guard waits for two minutes at most.
COMPARED_WITHIN = 130


def _killed(firm: Firm, work: Workload, rng: random.Random) -> None:
    use(work, rng)
    with people_at_work(work):
        firm.kill_engine("postgres")
        time.sleep(rng.random() * 2)
        firm.start_postgres()


def _frozen(firm: Firm, work: Workload, rng: random.Random) -> None:
    use(work, rng)
    with people_at_work(work), firm.frozen_engine("postgres"):
        time.sleep(FROZEN_SECONDS)


def _set_back(firm: Firm, work: Workload, rng: random.Random) -> None:
    """A copy of the database is put back after texts have left that stand as queued in it, and a STOP has come."""
    with pace(firm, 0.2):
        work.send(work.crowd // 2)
        firm.copy_postgres()
        _let_leave_and_put_back(firm, work, at_least=work.crowd // 6)


def _set_back_while_made(firm: Firm, work: Workload, rng: random.Random) -> None:
    """The same with a copy in which a batch is half made: what left of its other half does not even stand there."""
    firm.kill("worker")
    firm.start_program("worker", failpoint="SIGSTOP 2 in the middle of a batch")
    try:
        with pace(firm, 0.05):
            work.send(LARGE)
            assert wait_until(lambda: firm.is_frozen("worker"), 40), "no worker made the batch"
            firm.copy_postgres()
            half_made = "SELECT id FROM texting_batch WHERE is_pending AND done_count BETWEEN 1 AND people_count - 1"
            assert firm.query(half_made), "the batch was not half made"
            firm.thaw("worker")
            assert wait_until(lambda: not firm.query(half_made), 40), "the batch was not finished"
            _let_leave_and_put_back(firm, work, at_least=inside.BLOCK + 20)
    finally:
        firm.restart("worker")


def _let_leave_and_put_back(firm: Firm, work: Workload, *, at_least: int) -> None:
    before = count_left(firm)
    wait_until(lambda: count_left(firm) >= before + at_least, 40)
    ((opted_out,),) = firm.query("SELECT max(number) FROM texting_text WHERE status = 'queued'")
    work.answer(3)
    work.opt_out(opted_out)
    wait_until(lambda: is_opted_out(firm, opted_out), 10)
    left_count = count_left(firm) - before
    firm.put_postgres_back()
    was_noticed = wait_until(lambda: firm.query("SELECT id FROM texting_line WHERE guarded_at IS NOT NULL"), 20)
    # A line that waits for its comparison, and its batch for being made anew, sends nothing before.
    is_heeded = wait_until(lambda: is_opted_out(firm, opted_out), COMPARED_WITHIN)
    assert left_count > 3, "nothing left after the copy was made"
    assert was_noticed, "nobody noticed that the database was set back"
    assert is_heeded, "the STOP was forgotten"


def _connections_cut(firm: Firm, work: Workload, rng: random.Random) -> None:
    use(work, rng)
    with people_at_work(work):
        for _ in range(3):
            firm.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid()"
            )
            time.sleep(rng.random())


def _cut_at_commit(firm: Firm, work: Workload, rng: random.Random) -> None:
    """Each kind of commit that matters is cut before PostgreSQL hears of it, and after."""
    before = firm.proxy.counts.copy()
    wanted = [(kind, is_before) for kind in (CLAIM, OUTCOME, BATCH, ARRIVAL) for is_before in (True, False)]
    for kind, is_before in rng.sample(wanted, len(wanted)):
        firm.proxy.cut_next(kind, before=is_before)
    with people_at_work(work):
        all_cut = wait_until(lambda: not firm.proxy.is_waiting, 60)
    left = firm.proxy.calm()
    assert all_cut, f"never cut: {left}"
    cut = firm.proxy.counts - before
    assert all(cut[one] for one in wanted), f"cut: {dict(cut)}"


FAULTS = tuple(
    Fault(name, "PostgreSQL", during)
    for name, during in (
        ("PostgreSQL kill -9", _killed),
        ("PostgreSQL frozen", _frozen),
        ("backup restored", _set_back),
        ("backup restored while a batch is made", _set_back_while_made),
        ("connections cut", _connections_cut),
        ("connection cut at COMMIT", _cut_at_commit),
    )
)
