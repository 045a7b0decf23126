from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Region(models.TextChoices):
    """Where a branch is: ISO 3166-1 alpha-2, the region its people's numbers are read in."""

    US = "US", "United States"
    CA = "CA", "Canada"


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone; one is “America/Chicago”.")


class Branch(models.Model):
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=60, default="America/Chicago", validators=[validate_time_zone])
    region = models.CharField(max_length=2, choices=Region.choices, default=Region.US)
    is_active = models.BooleanField("active", default=True)

    class Meta:
        verbose_name_plural = "branches"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="branch_name_once")]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A user of Enterprise; with a home branch, a service rep."""

    home_branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, blank=True, related_name="reps")
    branches = models.ManyToManyField(
        Branch,
        blank=True,
        related_name="granted_to",
        verbose_name="granted branches",
        help_text="Branches whose records and lines this person may use besides the home branch.",
    )
    time_zone = models.CharField(max_length=60, blank=True, validators=[validate_time_zone])

    class Meta(AbstractUser.Meta):
        permissions = [("administer", "May administer Enterprise and see the records of every branch")]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone this person reads times in: their own, else their branch's, else the firm's."""
        from django.conf import settings

        branch_zone = self.home_branch.time_zone if self.home_branch else ""
        return zoneinfo.ZoneInfo(self.time_zone or branch_zone or settings.TIME_ZONE)

    @property
    def sees_every_branch(self) -> bool:
        return self.is_active and self.has_perm("users.administer")

    def visible_branches(self) -> QuerySet[Branch]:
        """The branches whose records this person sees."""
        if self.sees_every_branch:
            return Branch.objects.all()
        mine = models.Q(pk=self.home_branch_id) | models.Q(granted_to=self)
        return Branch.objects.filter(mine).distinct()
