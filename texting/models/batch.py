from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

from texting.seam import RecordKey
from texting.vocabulary import MethodType, Reason


class Draft(models.Model):
    """A selection and what is being written to it, kept until it is sent.

    `selection` holds record keys as [type, id] pairs in the order chosen. `chosen_numbers` maps a record key to the
    number to use instead of the first found, for this send. `shown` maps a record key to the number the sender was
    shown. The id is the idempotency key of Send: at most one batch names a draft.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    selection = models.JSONField()
    chosen_numbers = models.JSONField(default=dict)
    shown = models.JSONField(default=dict)
    line = models.ForeignKey("texting.Line", on_delete=models.SET_NULL, null=True, related_name="+")
    body = models.TextField(blank=True)
    source = models.CharField(max_length=120, blank=True)
    back_url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"draft {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("texting:draft", args=[self.pk])

    @property
    def keys(self) -> list[RecordKey]:
        return [RecordKey(record_type, record_id) for record_type, record_id in self.selection]


class Batch(models.Model):
    """What one Send Text click created."""

    draft_id = models.UUIDField(unique=True, null=True, help_text="The idempotency key: one click, one batch.")
    content_hash = models.CharField(max_length=64)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey("texting.Line", on_delete=models.PROTECT, related_name="batches")
    body = models.TextField()
    segment_count = models.IntegerField()
    is_reply = models.BooleanField(default=False)
    source = models.CharField(max_length=120, blank=True)
    back_url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    canceled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-created_at"]
        verbose_name_plural = "batches"
        indexes = [models.Index(fields=["sender", "-created_at"], name="batch_by_sender")]

    def __str__(self) -> str:
        return f"Batch {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("texting:batch", args=[self.pk])


class Recipient(models.Model):
    """A person in a batch, with the number chosen and the result: a text, or the reason why none.

    Name, number and link are as they were when the batch was sent; several recipients may share one text.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="recipients")
    record_type = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    ident = models.CharField(max_length=40, blank=True)
    url = models.CharField(max_length=300, blank=True)
    number = models.CharField(max_length=16, blank=True)
    number_type = models.CharField(max_length=20, choices=MethodType.choices, blank=True)
    number_as_entered = models.CharField(max_length=200, blank=True)
    text = models.ForeignKey("texting.Text", on_delete=models.PROTECT, null=True, related_name="recipients")
    reason = models.CharField(max_length=24, choices=Reason.choices, blank=True)
    reason_words = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch", "record_type", "record_id"], name="recipient_once"),
            models.CheckConstraint(
                condition=models.Q(text__isnull=False) | ~models.Q(reason=""), name="recipient_text_or_reason"
            ),
        ]
        indexes = [models.Index(fields=["record_type", "record_id"], name="recipient_by_record")]

    def __str__(self) -> str:
        return f"recipient {self.pk} of batch {self.batch_id}"

    @property
    def key(self) -> RecordKey:
        return RecordKey(self.record_type, self.record_id)
