from __future__ import annotations

from django.db import models
from django.db.models import Q


class Epoch(models.Model):
    """One row: which database this is, and when a runner last found it so. See texting.epoch."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    # 64 bits without a sign: more than a bigint holds.
    system_identifier = models.CharField(max_length=20)
    timeline_id = models.IntegerField()
    beat_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="epoch_once")]

    def __str__(self) -> str:
        return f"database {self.system_identifier}, timeline {self.timeline_id}"
