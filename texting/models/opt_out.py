from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class OptOut(models.Model):
    """A number that must not be texted, whoever asks. A lifted one stays as history.

    `said_at` and `lifted_said_at` are when its holder said so, by the provider's time: words may arrive out of order,
    and the last one said counts.
    """

    class Source(models.TextChoices):
        WORD = "word", _("A word in a text")
        PROVIDER_EVENT = "provider_event", _("ZipWhip’s opt-out event")
        PROVIDER_REFUSAL = "provider_refusal", _("ZipWhip’s refusal")

    number = models.CharField(max_length=16)
    source = models.CharField(max_length=20, choices=Source.choices)
    word = models.CharField(max_length=20, blank=True)
    line = models.ForeignKey("texting.Line", on_delete=models.PROTECT, null=True, related_name="+")
    opted_out_at = models.DateTimeField()
    said_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_said_at = models.DateTimeField(null=True, blank=True)
    lifted_by_word = models.CharField(max_length=20, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=Q(lifted_at__isnull=True), name="opt_out_once")
        ]

    def __str__(self) -> str:
        return f"opt-out {self.pk}"
