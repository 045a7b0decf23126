from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """A process of ours that is at work, or was when it was last seen.

    A process that ends in good order takes its row away; one that is killed leaves it, and it is swept after a day.
    """

    class Kind(models.TextChoices):
        RUNNER = "runner", "Runner"
        WORKER = "worker", "Worker"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    process = models.CharField(max_length=120, help_text="Host and process id.")
    version = models.CharField(max_length=40)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "process"], name="heartbeat_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.process}"
