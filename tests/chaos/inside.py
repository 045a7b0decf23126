"""Runs a program of ours with seconds for minutes and small blocks, and with a failpoint if the environment names one.

    python -m tests.chaos.inside manage.py texting_runner --slots 8
    python -m tests.chaos.inside celery -A enterprise worker ...
    python -m tests.chaos.inside gunicorn --config python:enterprise.gunicorn

Only durations and sizes are changed: what is tested is the code that runs in production.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import timedelta

import django

from tests.chaos import failpoints

LEASE = timedelta(seconds=6)
SECOND = timedelta(seconds=1)


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
        heartbeats,
        intake,
        line_sessions,
        long_work,
    )
    from texting.providers.zipwhip.transport import Timeouts

    Timeouts.__init__.__defaults__ = (1.0, 2.0, 3.0)
    conf.LEASE, conf.LEASE_RESERVE = LEASE, timedelta(seconds=4)
    claims.LOOKS = (0.5 * SECOND, 0.5 * SECOND, SECOND, SECOND)
    claims._RECORD = re.sub(r"interval '15\.0 s'", "interval '0.5 s'", claims._RECORD)
    claims.FIRST_BACKOFF, claims.LONGEST_BACKOFF = 0.2 * SECOND, 2 * SECOND
    breakers.FIRST_PROBE, breakers.LONGEST_PROBE, breakers.PROBE_LEASE = 0.5 * SECOND, 2 * SECOND, 4 * SECOND
    # Faults are many here and a pause is for a person to end: the cap by the hour is tested elsewhere.
    breakers.UNCLEAR_IN_AN_HOUR = 10**6
    backfill.EVERY, backfill.AFTER_FAILURE, backfill.WHILE_SENDING = 10 * SECOND, SECOND, SECOND
    backfill.OVERLAP, backfill.RUN = 30 * SECOND, 5 * SECOND
    intake.WAITS = (0.2 * SECOND, 0.5 * SECOND, SECOND, 2 * SECOND)
    conversations.FIRST_BACKOFF = SECOND
    line_sessions.SECOND_LOSS, line_sessions.RENEWAL_LEASE = 2 * SECOND, 4 * SECOND
    heartbeats.EVERY = SECOND
    long_work.AFTER_A_FAILURE = SECOND
    drafts.BLOCK = building.BLOCK = 100
    arrivals.MOST_FILES = 10**5
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        entry["schedule"] = min(entry["schedule"], 1.0)


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
