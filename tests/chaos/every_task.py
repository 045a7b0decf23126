"""Hands every task that beat knows to the broker, so many times: `python -m tests.chaos.every_task 20`.

In a process of its own, for it needs the settings of the firm that is played with.
"""

from __future__ import annotations

import os
import sys

import django


def names() -> list[str]:
    from django.conf import settings

    return sorted({entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()})


def publish(times: int) -> None:
    from enterprise.celery import app

    app.loader.import_default_modules()
    for name in names() * times:
        app.tasks[name].delay()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprise.settings")
    django.setup()
    publish(int(sys.argv[1]))
