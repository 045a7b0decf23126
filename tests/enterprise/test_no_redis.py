"""Web and a Redis that hangs: no request asks it, and were one to publish a task, it would soon give up."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.http import HttpResponse

from texting import broker

PROJECT = Path(__file__).resolve().parents[2]
# Twice, for the first time much is imported.
ASK = """
import time
from enterprise import wsgi
from kombu.exceptions import OperationalError
from texting.tasks import beat
for _ in range(2):
    begin = time.monotonic()
    try:
        beat.delay()
    except OperationalError:
        print(time.monotonic() - begin)
"""
# Web waits for a tenth of a second; one without its limits for a second at least, mostly for more.
SOON = 0.7


@contextmanager
def silent():
    """It takes connections, as the kernel does for it, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@contextmanager
def black_hole():
    """Its row of connections is full, so the kernel drops whoever comes, as a firewall does."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as row:
        for _ in range(8):
            waiting = row.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield full.getsockname()[1]


@pytest.mark.parametrize("hanging", [silent, black_hole])
def test_what_web_publishes_does_not_wait_for_a_redis_that_hangs(hanging):
    with hanging() as port:
        environment = {**os.environ, "REDIS_URL": f"redis://127.0.0.1:{port}/0"}
        asked = subprocess.run(
            [sys.executable, "-c", ASK], cwd=PROJECT, env=environment, capture_output=True, text=True
        )

    seconds = [float(line) for line in asked.stdout.split()]
    assert len(seconds) == 2, asked.stderr
    assert min(seconds) < SOON


@pytest.mark.django_db
def test_a_page_that_asks_redis_would_be_noticed_by_whichever_test_opens_it(as_user, riya, monkeypatch, asked_redis):
    def ask(*_, **__):
        broker.waiting_task_count()
        return HttpResponse()

    monkeypatch.setattr("enterprise.employees.views.EmployeeList.get", ask)
    before = len(asked_redis)

    as_user(riya).get("/employees/")

    noted = asked_redis[before:]
    del asked_redis[before:]
    assert any("would_be_noticed" in note for note in noted)
