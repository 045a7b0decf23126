from __future__ import annotations

from django.conf import settings
from django.db import models

from enterprise.people.contact_method import ContactMethod
from enterprise.people.person import Person, PersonQuerySet
from enterprise.people.photo import Photo

__all__ = ["ContactMethod", "ImportRun", "Person", "PersonQuerySet", "Photo"]


class ImportRun(models.Model):
    """A file someone uploaded: looked at first, imported exactly as looked at, then kept without its content."""

    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(blank=True)
    create_missing = models.BooleanField("create missing branches, reps and customers", default=False)
    preview = models.JSONField(default=dict, blank=True)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at"]
        default_permissions = ("view",)
        permissions = [("import_people", "May import employees and contacts")]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.uploaded_at:%d %b %Y}"
