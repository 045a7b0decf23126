"""The Celery application: `celery -A enterprise.celery worker` and `... beat`."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprise.settings")

app = Celery("enterprise")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
