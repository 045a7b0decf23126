"""The broker of the tasks gone, frozen, emptied: people must not notice, for PostgreSQL is the queue."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis

from tests.chaos.fault import AT_ONCE, FEWEST, ON_THEIR_WAY, Fault, assert_no_slower, people_at_work, use, wait_until
from tests.chaos.firm import CHECKOUT

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.chaos.firm import Firm
    from tests.chaos.workload import Workload

TIMES = 20
# Longer than any patience of a client of the broker; before, people work as long, to know how long their pages take.
AWAY_SECONDS = 8
# As the requirement says: so much longer a request may take without the broker.
SLOWER_SECONDS = 0.3
# A worker waits up to half a minute longer each time before it asks a broker again.
BACK_WITHIN = 60


def _broker(away: Callable[[Firm], AbstractContextManager[None]]) -> Callable[[Firm, Workload, random.Random], None]:
    def during(firm: Firm, work: Workload, rng: random.Random) -> None:
        with people_at_work(work) as before:
            _let_work(before)
        ((since,),) = firm.query("SELECT now()")
        with people_at_work(work) as meanwhile, away(firm):
            _let_work(meanwhile)
            ((sent_count,),) = firm.query(_SENT_SINCE, [since])
            ((heard_count,),) = firm.query(_HEARD_SINCE, [since])
        assert sent_count, "no text left meanwhile"
        assert heard_count, "no answer was taken in meanwhile"
        assert_no_slower(before, meanwhile, seconds=SLOWER_SECONDS)
        ((back_at,),) = firm.query("SELECT now()")
        assert wait_until(lambda: firm.query(_WORKER_SINCE, [back_at]), BACK_WITHIN), "no worker works since"
        use(work, rng)

    return during


def _let_work(others: Workload) -> None:
    """Long enough to tell how long a page takes, on a slow machine too."""
    time.sleep(AWAY_SECONDS)
    wait_until(lambda: others.sent_count >= FEWEST * AT_ONCE, 40)


_SENT_SINCE = "SELECT count(*) FROM texting_textevent WHERE status = 'sent' AND at > %s"
_WORKER_SINCE = "SELECT 1 FROM texting_heartbeat WHERE kind = 'worker' AND seen_at > %s"
_HEARD_SINCE = "SELECT count(*) FROM texting_text WHERE direction = 'in' AND arrived_at > %s"


@contextmanager
def _killed(firm: Firm) -> Iterator[None]:
    firm.kill_engine("valkey")
    try:
        yield
    finally:
        firm.start_valkey()


@contextmanager
def _flushed(firm: Firm) -> Iterator[None]:
    client = redis.Redis.from_url(firm.environment["REDIS_URL"])
    client.flushall()
    yield
    client.flushall()


@contextmanager
def _with_another_password(firm: Firm) -> Iterator[None]:
    address = firm.environment["REDIS_URL"]
    client = redis.Redis.from_url(address)
    client.config_set("requirepass", "nobody knows it")
    client.client_kill_filter(_type="normal", skipme=True)
    try:
        yield
    finally:
        client.config_set("requirepass", address.partition("//:")[2].partition("@")[0])


def _away(firm: Firm, work: Workload, rng: random.Random) -> None:
    """Texts go out, answers come in and pages answer while the broker is gone."""
    firm.kill_engine("valkey")
    try:
        work.answer(3)
        work.send(10)
        went = wait_until(lambda: not firm.query(ON_THEIR_WAY), 40)
    finally:
        firm.start_valkey()
    assert went, "texts or answers waited for the broker"


def _many_deliveries(firm: Firm, work: Workload, rng: random.Random) -> None:
    """Every task that beat knows, twenty times, with nobody else asking for any: taken, and done once."""
    firm.kill("beat")
    try:
        use(work, rng, trouble="#hang")
        client = redis.Redis.from_url(firm.environment["REDIS_URL"])
        wait_until(lambda: not _waiting(client), 20)
        firm.end_conversations()
        firm.query(_END_A_SESSION)
        ((since,),) = firm.query("SELECT now()")
        _publish(firm)
        taken = wait_until(lambda: not _waiting(client), 60)
        seen = "SELECT id FROM texting_heartbeat WHERE kind = 'worker' AND seen_at > %s"
        told = wait_until(lambda: firm.query(seen, [since]), 5)
        # What nobody has closed by a task would stand open: beat is away. Some hold a text that is on its way still.
        closed = wait_until(lambda: firm.query(_CLOSED_SINCE, [since]), 20)
        removed = wait_until(lambda: not firm.query(_ENDED_SESSIONS), 5)
    finally:
        firm.start_program("beat")
    assert taken, "the worker did not take all tasks"
    assert told, "no worker told that it was asked to"
    assert closed, "no conversation was closed by all these tasks"
    assert removed, "no task removed the session that had ended"


_CLOSED_SINCE = "SELECT id FROM texting_conversation WHERE closed_at > %s"
_END_A_SESSION = "INSERT INTO django_session VALUES ('ended-by-chaos', '', now() - interval '1 day')"
_ENDED_SESSIONS = "SELECT session_key FROM django_session WHERE expire_date < now()"


def _publish(firm: Firm) -> None:
    command = [sys.executable, "-m", "tests.chaos.every_task", str(TIMES)]
    subprocess.run(command, cwd=CHECKOUT, env=firm.environment, check=True, timeout=60)


def _waiting(client: redis.Redis) -> int:
    """Tasks that no worker has finished: in the queue, or taken and not acknowledged."""
    return client.llen("celery") + client.hlen("unacked")


FAULTS = (
    Fault("broker kill -9", "broker", _broker(_killed)),
    Fault("broker flushed", "broker", _broker(_flushed)),
    Fault("broker frozen", "broker", _broker(lambda firm: firm.frozen_engine("valkey"))),
    Fault("broker with another password", "broker", _broker(_with_another_password)),
    Fault("broker away", "broker", _away),
    Fault("every task delivered 20 times", "broker", _many_deliveries),
)
