from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class AccountTaken(models.Model):
    """One row: how many texts did not agree with the log when the account was taken last. See texting.accounting."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    finding_count = models.IntegerField()
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="account_taken_once")]

    def __str__(self) -> str:
        return f"{self.finding_count} findings"
