from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """Who did what to which, from where: ids and codes, no bodies or numbers.

    Append-only: triggers forbid update, delete and truncate. `subject` is "kind:id"; `kind` is its first part, kept
    beside it to be searched by. Nobody did what has no actor: the system, or somebody who was not signed in.
    """

    at = models.DateTimeField(_("when"), db_default=Now())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(_("from where"), null=True)
    kind = models.GeneratedField(
        expression=models.Func(models.F("subject"), models.Value(":"), models.Value(1), function="split_part"),
        output_field=models.CharField(max_length=80),
        db_persist=True,
    )

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]
        # One a filter of the page, each in the page's order.
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["actor", "-at", "-id"], name="audit_by_actor"),
            models.Index(fields=["action", "-at", "-id"], name="audit_by_action"),
            models.Index(fields=["kind", "-at", "-id"], name="audit_by_kind"),
            models.Index(fields=["subject", "-at", "-id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
