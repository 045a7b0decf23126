"""Celery's shell for what Enterprise itself has to do at times. It may run twice, late or at the same time."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from enterprise.administration import leftovers


@shared_task(name="enterprise.remove_leftovers")
def remove_leftovers() -> int:
    return leftovers.remove(timezone.now())
