"""Runs a program of ours with seconds for minutes and small blocks, and with a failpoint if the environment names one.

    python -m tests.chaos.inside manage.py texting_runner --slots 8
    python -m tests.chaos.inside celery -A enterprise worker ...
    python -m tests.chaos.inside gunicorn --config python:enterprise.gunicorn

Durations and sizes are changed, and one safety limit is lifted: the cap on unconfirmed texts, see UNCLEAR_IN_AN_HOUR.
Else what is tested is the code that runs in production.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from types import ModuleType
from typing import Any

import django

from tests.chaos import failpoints

LEASE = timedelta(seconds=6)
SECOND = timedelta(seconds=1)
# Longer than any other fault keeps all runners from saying that they live.
LONGEST_GAP = timedelta(seconds=30)
BLOCK = 100
# Lifted, in production it is 10: an hour is played in minutes here and most of the faults leave texts unclear, so every
# run would end at a pause that waits for a person. That the cap pauses a line is tested in tests/texting.
UNCLEAR_IN_AN_HOUR = LEFT_IN_AN_HOUR = 10**6


def shorten() -> None:
    from django.conf import settings

    from texting import (
        arrivals,
        backfill,
        breakers,
        building,
        claims,
        conf,
        conversations,
        drafts,
        epoch,
        heartbeats,
        intake,
        line_sessions,
        long_work,
    )
    from texting.providers.zipwhip.transport import Timeouts

    Timeouts.__init__.__defaults__ = (1.0, 2.0, 3.0)
    _set(conf, LEASE=LEASE, LEASE_RESERVE=timedelta(seconds=4))
    _set(claims, LOOKS=(0.5 * SECOND, 0.5 * SECOND, SECOND, SECOND), LONGEST_BACKOFF=2 * SECOND)
    _set(claims, _RECORD=_replaced(claims._RECORD, "interval '15.0 s'", "interval '0.5 s'"), FIRST_BACKOFF=0.2 * SECOND)
    _set(breakers, FIRST_PROBE=0.5 * SECOND, LONGEST_PROBE=2 * SECOND, PROBE_LEASE=4 * SECOND)
    _set(breakers, UNCLEAR_IN_AN_HOUR=UNCLEAR_IN_AN_HOUR, LEFT_IN_AN_HOUR=LEFT_IN_AN_HOUR)
    _set(backfill, EVERY=10 * SECOND, AFTER_FAILURE=SECOND, WHILE_MOVING=SECOND, OVERLAP=30 * SECOND, RUN=5 * SECOND)
    _set(epoch, LONGEST_GAP=LONGEST_GAP)
    _set(intake, WAITS=(0.2 * SECOND, 0.5 * SECOND, SECOND, 2 * SECOND))
    _set(conversations, FIRST_BACKOFF=SECOND)
    _set(line_sessions, SECOND_LOSS=2 * SECOND, RENEWAL_LEASE=4 * SECOND)
    _set(heartbeats, EVERY=SECOND)
    _set(long_work, AFTER_A_FAILURE=SECOND)
    _set(drafts, BLOCK=BLOCK)
    _set(building, BLOCK=BLOCK)
    _set(arrivals, MOST_FILES=10**5)
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        entry["schedule"] = min(entry["schedule"], 1.0)
        entry["options"]["expires"] = 10.0


def _set(module: ModuleType, **values: Any) -> None:
    """Change constants of a module; one that has another name by now would be changed without any effect."""
    for name, value in values.items():
        if not hasattr(module, name):
            raise AttributeError(f"{module.__name__} has no {name}")
        setattr(module, name, value)


def _replaced(words: str, old: str, new: str) -> str:
    if old not in words:
        raise ValueError(f"nothing says {old}")
    return words.replace(old, new)


def main() -> None:
    program, *arguments = sys.argv[1:]
    sys.argv = [program, *arguments]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprise.settings")
    django.setup()
    shorten()
    failpoints.arm_from_environment()
    if program == "manage.py":
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    elif program == "celery":
        from celery.__main__ import main as celery

        celery()
    elif program == "gunicorn":
        from gunicorn.app.wsgiapp import run

        run()
    else:
        raise SystemExit(f"unknown program {program}")


if __name__ == "__main__":
    main()
