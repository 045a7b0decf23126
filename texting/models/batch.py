from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from texting.models.chosen import ChosenRecord, LongWork
from texting.vocabulary import Decision


class Batch(LongWork):
    """What one Send Text click created. A text of it may leave before everyone else of it has been gone through.

    `people_count` is how many were chosen, `done_count` how many of them have their result or their text by now.
    `doubled_count` is how many of those done are another record of somebody counted already.
    `left_count` is how many were not gone through because the sender had left, and wait for somebody to take them over.
    `next_turn` goes on from the last text made, so that a batch made in blocks has one turn after the other.
    """

    draft_id = models.UUIDField(unique=True, null=True, help_text="The idempotency key: one click, one batch.")
    content_hash = models.CharField(max_length=64)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey("texting.Line", on_delete=models.PROTECT, related_name="batches")
    body = models.TextField()
    segment_count = models.IntegerField()
    is_reply = models.BooleanField(default=False)
    source = models.CharField(max_length=120, blank=True)
    back_url = models.CharField(max_length=500, blank=True)
    people_count = models.IntegerField(default=0)
    doubled_count = models.IntegerField(default=0)
    left_count = models.IntegerField(default=0, db_default=0)
    next_turn = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    canceled_at = models.DateTimeField(null=True, blank=True)

    class Meta(LongWork.Meta):
        default_permissions = ()
        ordering = ["-created_at"]
        verbose_name_plural = "batches"
        indexes = [
            *LongWork.Meta.indexes,
            models.Index(fields=["sender", "-created_at"], name="batch_by_sender"),
            models.Index(fields=["line", "-created_at"], name="batch_by_line"),
            models.Index(fields=["-created_at"], name="batch_left", condition=Q(left_count__gt=0)),
        ]

    def __str__(self) -> str:
        return f"Batch {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("texting:batch", args=[self.pk])

    @property
    def human_count(self) -> int:
        """The people chosen, each once: who is on two records is one."""
        return self.people_count - self.doubled_count

    @property
    def is_built(self) -> bool:
        return self.done_count >= self.people_count


class Recipient(ChosenRecord):
    """A person in a batch, with the number chosen and the result: a text, or the reason why none.

    Name, number and link are as they were when the batch was sent; several recipients may share one text. `human` is
    the same on each record of somebody who is on several, else "". Of these one is counted, and all are shown.
    `decision` is about who was not reached because the sender had left: alone, or with a text to all who share it.
    """

    # Found by `recipient_once`.
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="recipients", db_index=False)
    text = models.ForeignKey("texting.Text", on_delete=models.PROTECT, null=True, related_name="recipients")
    human = models.CharField(max_length=40, blank=True, db_default="")
    is_counted = models.BooleanField(db_default=True, default=True)
    decision = models.CharField(max_length=12, choices=Decision.choices, blank=True, db_default="", default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch", "record_type", "record_id"], name="recipient_once"),
            models.CheckConstraint(
                condition=models.Q(text__isnull=False) | ~models.Q(reason=""), name="recipient_text_or_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["record_type", "record_id"], name="recipient_by_record"),
            models.Index(fields=["batch", "human"], name="recipient_on_several", condition=~Q(human="")),
            models.Index(fields=["batch", "reason"], name="recipient_not_texted", condition=Q(text__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"recipient {self.pk} of batch {self.batch_id}"
