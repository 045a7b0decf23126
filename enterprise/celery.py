"""The Celery application: `celery -A enterprise.celery worker` and `... beat`."""

from __future__ import annotations

import os
import sys

from celery import Celery
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from enterprise import redis_transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprise.settings")
try:
    # Read here, because Celery would show where in the code the sentence was found.
    settings.DEBUG  # noqa: B018 - reading it is the point
except ImproperlyConfigured as problem:
    sys.exit(str(problem))

redis_transport.register()
app = Celery("enterprise")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
