from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from texting.models.text import Text


class Attachment(models.Model):
    """A file that came with a text. One of plain text is the text itself and becomes its body, and is no row here.

    waiting ─▶ stored       its bytes are an AttachmentContent
       └─────▶ too_large | gone | lost      named only; what is gone or lost can be asked for again
    """

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("It is being fetched from ZipWhip.")
        STORED = "stored", gettext_lazy("Stored")
        TOO_LARGE = "too_large", gettext_lazy("It is too large to be kept here. Look at it in ZipWhip.")
        GONE = "gone", gettext_lazy("ZipWhip no longer has it.")
        LOST = "lost", gettext_lazy("It could not be fetched from ZipWhip.")

    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="attachments")
    file_name = models.CharField(max_length=200)
    mime_type = models.CharField(max_length=100)
    byte_count = models.BigIntegerField()
    storage_key = models.TextField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    # Of the preview; None for what is no picture we can show.
    width = models.IntegerField(null=True, blank=True)
    height = models.IntegerField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["text", "storage_key"], name="attachment_once")]

    def __str__(self) -> str:
        size = max(1, round(self.byte_count / 1000))
        return _("%(name)s, %(size)s KB") % {"name": self.file_name or _("File"), "size": f"{size:,}"}

    @property
    def name(self) -> str:
        return str(self)

    @property
    def url(self) -> str:
        """Where it is downloaded; "" while it is not stored."""
        return reverse("texting:attachment", args=[self.pk]) if self.state == self.State.STORED else ""

    @property
    def preview_url(self) -> str:
        return reverse("texting:attachment-preview", args=[self.pk]) if self.width else ""

    @property
    def problem(self) -> str:
        """Why it cannot be had, in words; "" when it can."""
        return "" if self.state == self.State.STORED else str(self.get_state_display())


class AttachmentContent(models.Model):
    """The bytes of a stored attachment, apart, so that no list reads them.

    In the database and not in a folder: one backup, one transaction with the row that names them, and every machine
    that serves pages has them. `preview` is the picture as we have drawn it anew (WebP), None for what is none.
    """

    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, primary_key=True, related_name="content")
    original = models.BinaryField()
    preview = models.BinaryField(null=True, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"content of attachment {self.attachment_id}"
