from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from texting.vocabulary import StopCause

if TYPE_CHECKING:
    from texting.models.line import Line


class Breaker(models.Model):
    """Sending that stopped by itself: of one line, or, without a line, of all lines of a provider.

    Open until the provider answers a reading call; closed ones are history.
    """

    Cause = StopCause

    provider = models.CharField(max_length=20)
    line = models.ForeignKey("texting.Line", on_delete=models.CASCADE, null=True, blank=True, related_name="breakers")
    cause = models.CharField(max_length=12, choices=Cause.choices)
    opened_at = models.DateTimeField(auto_now_add=True)
    next_probe_at = models.DateTimeField()
    probe_count = models.IntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "line"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="breaker_open_once",
            )
        ]
        indexes = [models.Index(fields=["line", "-closed_at"], name="breaker_of_line")]

    def __str__(self) -> str:
        return f"breaker of {f'line {self.line_id}' if self.line_id else self.provider}"

    def stops(self, line: Line) -> bool:
        """Whether `line` sends nothing while this is open."""
        return self.provider == line.provider and self.line_id in (None, line.pk)
