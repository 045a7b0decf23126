from __future__ import annotations

from django.conf import settings
from django.db import models


class Photo(models.Model):
    """What a person looks like: two square WebP pictures, as `pictures.prepare` makes them.

    Never changed: another photo is another row, so its address is another one and a browser may keep it.
    """

    small = models.BinaryField()
    large = models.BinaryField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"photo {self.pk}"
