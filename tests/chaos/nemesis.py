"""What is done to the system while people work with it. Each fault ends before the next one begins."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import redis
import requests

from tests.chaos import inside
from tests.chaos.failpoints import FAILPOINTS, Failpoint
from tests.chaos.firm import CHECKOUT, PACE_SECONDS
from tests.chaos.workload import TROUBLE, Unavailable
from texting.schedule import BEAT_SCHEDULE

if TYPE_CHECKING:
    from tests.chaos.firm import Firm
    from tests.chaos.workload import Workload

TASKS = sorted({entry["task"] for entry in BEAT_SCHEDULE.values()})
# What beat does every minute at the most is done each second here: so these are as ten minutes.
TEN_MINUTES = 12


@dataclass(frozen=True)
class Fault:
    """`during` runs while texts are on their way; its processes are whole again after it."""

    name: str
    group: str
    during: Callable[[Firm, Workload, random.Random], None]


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
        if _wait_until(lambda: firm.was_killed(failpoint.process), 8):
            return True
    return False


def _use(work: Workload, rng: random.Random, *, trouble: str = "") -> None:
    work.answer(3)
    with suppress(requests.RequestException, Unavailable):
        work.send(work.crowd, patience=15)
        if word := trouble or rng.choice(("", "", "#hang", "#silent")):
            work.send(6, trouble=word, patience=15)


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _random_kill(firm: Firm, work: Workload, rng: random.Random) -> None:
    _use(work, rng)
    for _ in range(3):
        time.sleep(rng.random())
        name = rng.choice(["runner", "runner-2", "worker", "beat", "web"])
        firm.strike(name)
        firm.start_program(name)


def _frozen_past_the_lease(firm: Firm, work: Workload, rng: random.Random) -> None:
    name = rng.choice(["runner", "runner-2", "worker"])
    with _while_posting(firm, work):
        firm.freeze(name)
        time.sleep(inside.LEASE.total_seconds() + 2)
        firm.thaw(name)


def _deployed(firm: Firm, work: Workload, rng: random.Random) -> None:
    before = _count_unconfirmed(firm)
    for name in ("runner", "runner-2", "worker", "beat", "web"):
        # One that is told to end while it begins dies of it, and holds nothing yet.
        _wait_until(lambda name=name: "runner" not in name or _beats(firm, name), 20)
        with _while_posting(firm, work):
            code = firm.end(name)
            firm.start_program(name)
            assert code == 0, f"{name} ended with {code} after SIGTERM"
    assert _count_unconfirmed(firm) == before, "a deployment left a text unconfirmed"


@contextmanager
def _while_posting(firm: Firm, work: Workload) -> Iterator[None]:
    """While the provider takes its time to answer, so that several POSTs are under way."""
    firm.sandbox("settings", slow_ms=700)
    try:
        work.send(work.crowd, trouble="#slow")
        _wait_until(lambda: len(firm.query("SELECT id FROM texting_text WHERE status = 'sending'")) > 1, 5)
        yield
        _wait_until(lambda: not firm.query("SELECT id FROM texting_text WHERE status IN ('queued', 'sending')"), 60)
    finally:
        firm.sandbox("settings", slow_ms=8000)


def _beats(firm: Firm, name: str) -> bool:
    process = f"%:{firm.processes[name].pid}"
    return bool(firm.query("SELECT id FROM texting_heartbeat WHERE process LIKE %s", [process]))


def _count_unconfirmed(firm: Firm) -> int:
    return firm.query("SELECT count(*) FROM texting_textevent WHERE status = 'unconfirmed'")[0][0]


def _postgres_killed(firm: Firm, work: Workload, rng: random.Random) -> None:
    _use(work, rng)
    firm.kill_engine("postgres")
    work.answer(3)
    time.sleep(rng.random() * 2)
    firm.start_postgres()


def _backup_restored(firm: Firm, work: Workload, rng: random.Random) -> None:
    """A copy of the database is put back after texts have left that stand as queued in it, and a STOP has come."""
    firm.set_pace(0.2)
    try:
        work.send(work.crowd // 2)
        firm.copy_postgres()
        before = _count_sent(firm)
        _wait_until(lambda: _count_sent(firm) >= before + work.crowd // 6, 30)
        ((opted_out,),) = firm.query("SELECT max(number) FROM texting_text WHERE status = 'queued'")
        work.answer(3)
        work.opt_out(opted_out)
        _wait_until(lambda: _is_opted_out(firm, opted_out), 10)
        left_count = _count_sent(firm) - before
        firm.put_postgres_back()
        was_noticed = _wait_until(lambda: firm.query("SELECT id FROM texting_line WHERE guarded_at IS NOT NULL"), 20)
        is_heeded = _wait_until(lambda: _is_opted_out(firm, opted_out), 40)
    finally:
        firm.set_pace(PACE_SECONDS)
    assert left_count > 3, "nothing left after the copy was made"
    assert was_noticed, "nobody noticed that the database was set back"
    assert is_heeded, "the STOP was forgotten"


def _count_sent(firm: Firm) -> int:
    return firm.query("SELECT count(*) FROM texting_text WHERE direction = 'out' AND left_at IS NOT NULL")[0][0]


def _is_opted_out(firm: Firm, number: str) -> bool:
    return bool(firm.query("SELECT id FROM texting_optout WHERE number = %s AND lifted_at IS NULL", [number]))


def _postgres_frozen(firm: Firm, work: Workload, rng: random.Random) -> None:
    _use(work, rng)
    firm.freeze_engine("postgres", 4)


def _connections_cut(firm: Firm, work: Workload, rng: random.Random) -> None:
    _use(work, rng)
    for _ in range(3):
        firm.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        time.sleep(rng.random())


def _cut_at_commit(firm: Firm, work: Workload, rng: random.Random) -> None:
    for _ in range(12):
        firm.proxy.cut_next(before=rng.random() < 0.5)
    _use(work, rng)
    time.sleep(3)
    firm.proxy.calm()


def _broker(do: Callable[[Firm], None]) -> Callable[[Firm, Workload, random.Random], None]:
    def during(firm: Firm, work: Workload, rng: random.Random) -> None:
        _use(work, rng)
        do(firm)
        _use(work, rng)

    return during


def _valkey_killed(firm: Firm) -> None:
    firm.kill_engine("valkey")
    time.sleep(2)
    firm.start_valkey()


def _valkey_flushed(firm: Firm) -> None:
    redis.Redis.from_url(firm.environment["REDIS_URL"]).flushall()


def _valkey_with_another_password(firm: Firm) -> None:
    address = firm.environment["REDIS_URL"]
    client = redis.Redis.from_url(address)
    client.config_set("requirepass", "nobody knows it")
    client.client_kill_filter(_type="normal", skipme=True)
    time.sleep(4)
    client.config_set("requirepass", address.partition("//:")[2].partition("@")[0])


def _broker_is_away(firm: Firm, work: Workload, rng: random.Random) -> None:
    """Texts go out, answers come in and pages answer while the broker is gone."""
    firm.kill_engine("valkey")
    try:
        work.answer(3)
        work.send(10)
        went = _wait_until(lambda: not firm.query(_ON_THEIR_WAY), 40)
    finally:
        firm.start_valkey()
    assert went, "texts or answers waited for the broker"


_ON_THEIR_WAY = """
SELECT id FROM texting_text WHERE status IN ('queued', 'sending')
UNION ALL SELECT id FROM texting_webhookevent WHERE state = 'pending' AND event = 'receive'
"""


def _many_deliveries(firm: Firm, work: Workload, rng: random.Random) -> None:
    _use(work, rng, trouble="#hang")
    publish = (
        "import django; django.setup()\n"
        "from enterprise.celery import app\n"
        "app.loader.import_default_modules()\n"
        f"for name in {TASKS!r} * 20: app.tasks[name].delay()\n"
    )
    settings = {**firm.environment, "DJANGO_SETTINGS_MODULE": "enterprise.settings"}
    subprocess.run([sys.executable, "-c", publish], cwd=CHECKOUT, env=settings, check=True, timeout=60)


def _several_beats(firm: Firm, work: Workload, rng: random.Random) -> None:
    others = [f"beat-{n}" for n in range(2, rng.randint(2, 5) + 1)]
    for name in others:
        firm.start_program(name)
    _use(work, rng)
    firm.end_conversations()
    time.sleep(4)
    for name in others:
        firm.kill(name)


def _no_beat(firm: Firm, work: Workload, rng: random.Random) -> None:
    firm.strike("beat")
    _use(work, rng)
    firm.end_conversations()
    time.sleep(TEN_MINUTES)
    # A breaker that a hanging provider opened holds texts up for some seconds more.
    went = _wait_until(lambda: not firm.query(_ON_THEIR_WAY), 40)
    firm.start_program("beat")
    assert went, "texts or answers waited for beat"


def _provider_trouble(word: str) -> Fault:
    def during(firm: Firm, work: Workload, rng: random.Random) -> None:
        # Once for each person. A line is paused when its session ends twice in a row, or a batch runs into a filter.
        work.send(1 if word in ("#expired", "#spam") else 2, trouble=word)

    return Fault(word, "trouble at the provider", during)


def _provider_killed(firm: Firm, work: Workload, rng: random.Random) -> None:
    _use(work, rng, trouble="#receipt")
    firm.strike("sandbox")
    time.sleep(1)
    firm.start_program("sandbox")
    _wait_until(lambda: _is_up(firm), 10)


def _sessions_ended(firm: Firm, work: Workload, rng: random.Random) -> None:
    with _while_posting(firm, work):
        firm.sandbox("expire-session")
    _use(work, rng)


def _is_up(firm: Firm) -> bool:
    with suppress(Exception):
        firm.sandbox("settings")
        return True
    return False


def _opted_out_meanwhile(firm: Firm, work: Workload, rng: random.Random) -> None:
    """The last of a slow queue write STOP: none of them is texted."""
    firm.set_pace(1.0)
    try:
        work.send(work.crowd)
        waiting = firm.query("SELECT number FROM texting_text WHERE status = 'queued' ORDER BY turn DESC LIMIT 3")
        for (number,) in waiting:
            work.opt_out(number)
        blocked = "SELECT id FROM texting_text WHERE status = 'blocked' AND number IN %s"
        stopped = _wait_until(lambda: len(firm.query(blocked, [tuple(waiting)])) >= len(waiting), 20)
    finally:
        firm.set_pace(PACE_SECONDS)
    assert waiting, "the queue was empty too soon"
    assert stopped, "a STOP left its text waiting"


def _expired_meanwhile(firm: Firm, work: Workload, rng: random.Random) -> None:
    """What waits on a paused line beyond its time does not leave when the line goes on."""
    firm.set_pace(0.5)
    try:
        work.send(work.crowd // 4)
        firm.query("UPDATE texting_line SET state = 'paused', pause_reason = 'by_hand'")
        marked = firm.query(
            "UPDATE texting_text SET expires_at = now() + interval '1 s', line_worked = "
            "(SELECT worked FROM texting_line) WHERE status = 'queued' AND id %% 2 = 0 RETURNING id"
        )
        time.sleep(2)
        firm.query("UPDATE texting_line SET state = 'connected', pause_reason = ''")
    finally:
        firm.set_pace(PACE_SECONDS)
    expired = "SELECT id FROM texting_text WHERE status = 'expired' AND id IN %s"
    assert marked, "the queue was empty too soon"
    assert _wait_until(lambda: len(firm.query(expired, [tuple(marked)])) == len(marked), 30), "an old text left"


FAULTS = (
    *(_killed_at(failpoint) for failpoint in FAILPOINTS),
    Fault("random kill -9", "processes", _random_kill),
    Fault("frozen past the lease", "processes", _frozen_past_the_lease),
    Fault("deployment (SIGTERM)", "processes", _deployed),
    Fault("sandbox killed", "trouble at the provider", _provider_killed),
    Fault("sessions ended at the provider", "trouble at the provider", _sessions_ended),
    Fault("PostgreSQL kill -9", "PostgreSQL", _postgres_killed),
    Fault("PostgreSQL frozen", "PostgreSQL", _postgres_frozen),
    Fault("backup restored", "PostgreSQL", _backup_restored),
    Fault("connections cut", "PostgreSQL", _connections_cut),
    Fault("connection cut at COMMIT", "PostgreSQL", _cut_at_commit),
    Fault("broker kill -9", "broker", _broker(_valkey_killed)),
    Fault("broker flushed", "broker", _broker(_valkey_flushed)),
    Fault("broker frozen", "broker", _broker(lambda firm: firm.freeze_engine("valkey", 4))),
    Fault("broker with another password", "broker", _broker(_valkey_with_another_password)),
    Fault("broker away", "broker", _broker_is_away),
    Fault("every task delivered 20 times", "broker", _many_deliveries),
    Fault("two to five beats", "beat", _several_beats),
    Fault("no beat for ten minutes", "beat", _no_beat),
    Fault("STOP during a batch", "opt-outs", _opted_out_meanwhile),
    Fault("time over on a paused line", "expiry", _expired_meanwhile),
    *(_provider_trouble(word) for word in TROUBLE),
)
