"""A worker and a Redis that lets it down while a task is at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from enterprise.celery import app
from enterprise.local import daemons, valkey
from enterprise.local.places import DataFolder
from tests.free_ports import free_port
from tests.sandbox.rig import wait_until

PROJECT = Path(__file__).resolve().parents[2]
WORKER = ["celery", "-A", "tests.enterprise.napping", "--quiet", "worker", "--pool", "threads", "--concurrency", "1"]
PASSWORD = "of-a-valkey-of-tests"
# For a process to start, and for a worker to ask a second and a third time; on a busy machine.
PATIENCE = 40


class Broker:
    """A Valkey for one test alone."""

    def __init__(self, folder: Path) -> None:
        self._data, self._port = DataFolder(folder), free_port()
        self._data.create()
        self._daemon = valkey.daemon(self._data)
        self.url = valkey.url(self._port, PASSWORD)

    def start(self) -> None:
        valkey.start_throwaway(self._data, self._port, PASSWORD)

    def kill(self) -> None:
        running = daemons.find_running(self._daemon)
        assert running
        os.kill(running.pid, signal.SIGKILL)
        os.waitpid(running.pid, 0)

    def stop(self) -> None:
        daemons.stop(self._daemon)


@pytest.fixture
def broker(tmp_path) -> Iterator[Broker]:
    broker = Broker(tmp_path / "data")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def worker(broker) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "REDIS_URL": broker.url}
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", *WORKER], cwd=PROJECT, env=environment)
    yield process
    process.kill()
    process.wait()


def ask_for_nap(broker: Broker, begun: Path, *, seconds: float) -> None:
    with app.connection_for_write(broker.url) as connection:
        app.send_task("tests.nap", [str(begun), seconds], connection=connection)


def test_a_worker_that_loses_redis_while_a_task_waits_in_it_works_on_when_redis_is_back(broker, worker, tmp_path):
    """It listens on two connections; that the one for orders to workers is lost first is what kombu can't close."""
    for name in ("at work", "waiting"):
        ask_for_nap(broker, tmp_path / name, seconds=2)
    wait_until((tmp_path / "at work").exists, PATIENCE)

    redis = Redis.from_url(broker.url)
    redis.config_set("requirepass", "no way back in")
    redis.client_kill_filter(_type="pubsub")
    broker.kill()
    # It came by the connection that is lost, and can't be acknowledged.
    wait_until((tmp_path / "waiting").exists, PATIENCE)
    broker.start()

    ask_for_nap(broker, tmp_path / "after", seconds=0)
    wait_until((tmp_path / "after").exists, PATIENCE)
