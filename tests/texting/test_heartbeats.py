"""Which of our processes are at work."""

import threading
import time
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now

from texting import __version__, heartbeats, tasks
from texting.models import Heartbeat
from texting.runner import Runner

RUNNER, WORKER = Heartbeat.Kind.RUNNER, Heartbeat.Kind.WORKER


def age(**span):
    Heartbeat.objects.update(seen_at=Now() - timedelta(**span))


def test_a_process_has_one_row_however_often_it_beats(db):
    heartbeats.beat(RUNNER)
    age(minutes=5)
    heartbeats.beat(RUNNER)

    assert heartbeats.seen(RUNNER).get().age < timedelta(seconds=5)
    assert heartbeats.is_alive(RUNNER)
    assert not heartbeats.is_alive(WORKER)


def test_a_process_that_is_silent_for_a_minute_is_not_alive(db):
    heartbeats.beat(RUNNER)
    age(seconds=61)

    assert not heartbeats.is_alive(RUNNER)


def test_the_beat_task_says_that_a_worker_answers_and_sweeps_what_died_long_ago(db):
    heartbeats.beat(RUNNER)
    age(hours=25)

    tasks.beat()

    assert list(Heartbeat.objects.values_list("kind", "version")) == [("worker", __version__)]


@pytest.mark.django_db(transaction=True)
def test_a_runner_beats_while_it_runs_and_takes_its_row_away_when_it_ends(provider):
    runner = Runner(1)
    thread = threading.Thread(target=runner.run)
    thread.start()
    end = time.monotonic() + 5
    while not heartbeats.is_alive(RUNNER) and time.monotonic() < end:
        time.sleep(0.02)
    was_alive = heartbeats.is_alive(RUNNER)
    runner.stop()
    thread.join(10)

    assert was_alive
    assert not Heartbeat.objects.exists()


def test_the_release_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())

    assert project["project"]["version"] == __version__
