from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

SHORTEST_IDLE_WINDOW = timedelta(minutes=1)
LONGEST_IDLE_WINDOW = timedelta(days=30)


class TextingSettings(models.Model):
    """What the firm's administrator decides; one row. `filed_under` maps a record type to a FilingChoice's value."""

    idle_window = models.DurationField(
        default=timedelta(hours=24),
        validators=[MinValueValidator(SHORTEST_IDLE_WINDOW), MaxValueValidator(LONGEST_IDLE_WINDOW)],
    )
    text_inactive = models.BooleanField(_("text inactive people too"), default=False)
    filed_under = models.JSONField(default=dict, blank=True)

    class Meta:
        default_permissions = ("change",)
        verbose_name = verbose_name_plural = _("texting settings")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_row_of_texting_settings"),
            models.CheckConstraint(
                condition=models.Q(idle_window__gte=SHORTEST_IDLE_WINDOW, idle_window__lte=LONGEST_IDLE_WINDOW),
                name="idle_window_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return "Texting settings"

    @classmethod
    def current(cls) -> TextingSettings:
        return cls.objects.filter(pk=1).first() or cls.objects.get_or_create(pk=1)[0]
