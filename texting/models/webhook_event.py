from __future__ import annotations

from django.db import models
from django.db.models import Q

from texting.vocabulary import EventKind


class WebhookEvent(models.Model):
    """A webhook exactly as it came, kept before anyone looks into it.

    pending ─▶ done          taken in, or nothing was to be done
       └────▶ kept           an unknown kind, or news of a text that we do not know
       └────▶ malformed      cannot be read
       └────▶ quarantined    failed five times
    """

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        DONE = "done", "Done"
        KEPT = "kept", "Kept"
        MALFORMED = "malformed", "Malformed"
        QUARANTINED = "quarantined", "Quarantined"

    # What stays so until a person sees to it.
    STUCK = (State.MALFORMED, State.QUARANTINED)

    line = models.ForeignKey("texting.Line", on_delete=models.PROTECT, related_name="webhook_events")
    event = models.CharField(max_length=40, choices=EventKind.choices)
    body = models.BinaryField()
    body_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    tries = models.SmallIntegerField(default=0)
    failure_count = models.SmallIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view", "change")
        constraints = [models.UniqueConstraint(fields=["line", "event", "body_sha256"], name="webhook_event_once")]
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="webhook_pending", condition=Q(state="pending")),
            models.Index(
                fields=["received_at"], name="webhook_stuck", condition=Q(state__in=["malformed", "quarantined"])
            ),
            models.Index(fields=["line", "event", "-received_at"], name="webhook_last_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.event} event {self.pk}"
