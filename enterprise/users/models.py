from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Region(models.TextChoices):
    """Where a branch is: ISO 3166-1 alpha-2, the region its people's numbers are read in."""

    US = "US", _("United States")
    CA = "CA", _("Canada")


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(gettext("“%(name)s” is not a time zone; one is “America/Chicago”.") % {"name": name})


class Branch(models.Model):
    name = models.CharField(_("name"), max_length=80)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="America/Chicago", validators=[validate_time_zone]
    )
    region = models.CharField(_("region"), max_length=2, choices=Region.choices, default=Region.US)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="branch_name_once")]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A user of Enterprise; with a home branch, a service rep."""

    home_branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, null=True, blank=True, related_name="reps", verbose_name=_("home branch")
    )
    branches = models.ManyToManyField(
        Branch,
        blank=True,
        related_name="granted_to",
        verbose_name=_("granted branches"),
        help_text=_("Branches whose records and lines this person may use besides the home branch."),
    )
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, validators=[validate_time_zone])
    language = models.CharField(_("language"), max_length=10, blank=True, choices=settings.LANGUAGES)

    class Meta(AbstractUser.Meta):
        permissions = [("administer", "May administer Enterprise and see the records of every branch")]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone this person reads times in: their own, else their branch's, else the firm's."""
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
