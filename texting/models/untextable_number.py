from __future__ import annotations

from django.db import models


class UntextableNumber(models.Model):
    """A number that its carrier says cannot receive texts, and when it last said so: a landline for one."""

    number = models.CharField(max_length=16, primary_key=True)
    told_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"untextable …{self.number[-4:]}"
