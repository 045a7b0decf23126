from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from texting import conf
from texting.vocabulary import Decision, Direction, Origin, Priority, Reason, TextStatus

if TYPE_CHECKING:
    from datetime import datetime


class TextQuerySet(models.QuerySet["Text"]):
    def queued(self) -> TextQuerySet:
        return self.filter(status=TextStatus.QUEUED)

    def sent_before(self, at: datetime | None) -> TextQuerySet:
        """Those that somebody had sent by then; one that was made again from its batch is as old as that."""
        return self.alias(sent_at=Coalesce("batch__created_at", "created_at")).filter(sent_at__lt=at)

    def overdue(self) -> TextQuerySet:
        """Those that could not leave in time, nor in the time that a line may be held: the claim sees to the others."""
        late = Now() - conf.LONGEST_HELD
        worked = F("line__worked") - F("line_worked")
        return self.filter(expires_at__lte=late).filter(expires_at__lte=late - worked)

    def stop(self, status: TextStatus, reason: Reason, *, at_most: int | None = None) -> int:
        """End those that still wait; return how many. In the caller's transaction, locked in the order of their ids.

        Not those of a line under guard (texting.epoch), which may have left: when it is over, the claim stops the rest.
        """
        waiting = self.queued().filter(line__guarded_since=None).order_by("pk")
        waiting = waiting.select_for_update(of=("self",), no_key=True)
        ids = list(waiting.values_list("pk", flat=True)[:at_most])
        return Text.objects.filter(pk__in=ids).queued().update(status=status, reason=reason, status_at=Now())


class Text(models.Model):
    """One SMS, in or out. An outgoing one is the queue itself.

        queued ─▶ sending ─▶ sent ─▶ delivered | undelivered
          ▲          ├─▶ failed        refused, with the reason
          ├──────────┤                 proof that nothing left: back, with a due time
          │          └─▶ unconfirmed ─▶ sent (found at the provider) ─▶ ...
          └─▶ blocked | canceled | expired     stopped before leaving

        scheduled ─▶ sent | canceled | unconfirmed    in the provider's own app, which sends it

    A machine never moves `unconfirmed` back to `queued`. Every arrow is a compare-and-set on the id, the status and,
    from `sending` on, the attempt.

    `number` is the other party's. `turn` orders the texts of a line, so that batches interleave. `due_at` is when it
    may leave. `expires_at` is when it no longer may, had its line nothing else to do: what the line has `worked` since
    `line_worked` comes on top, so its own queue never makes a text expire, and for how long it was `held` since
    `line_held`, up to conf.LONGEST_HELD. `attempt` names the last claim,
    `sending_until` its lease. `provider_at` is the provider's time, for the order of lines; `arrived_at` is ours, for
    the idle window: when a received text was stored, and when one of ours left. `delivery_rank` lets delivery news only
    go forward.
    `repeats` is the text that this one was sent again for, which happens once.
    `scheduled_at` is when one that was scheduled in the provider's app leaves. `files_lost`: fetching what came with it
    was given up.
    """

    line = models.ForeignKey("texting.Line", on_delete=models.PROTECT, related_name="texts")
    # Found by `text_once_in_batch`.
    batch = models.ForeignKey(
        "texting.Batch", on_delete=models.PROTECT, null=True, blank=True, related_name="texts", db_index=False
    )
    conversation = models.ForeignKey(
        "texting.Conversation", on_delete=models.PROTECT, null=True, blank=True, related_name="texts"
    )
    direction = models.CharField(max_length=3, choices=Direction.choices)
    origin = models.CharField(max_length=12, choices=Origin.choices)
    number = models.CharField(max_length=16)
    body = models.TextField()
    segment_count = models.IntegerField(default=1)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=12, choices=TextStatus.choices)
    reason = models.CharField(max_length=24, choices=Reason.choices, blank=True)
    provider_code = models.CharField(max_length=40, blank=True)
    provider_id = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001 - unique where known
    delivery_rank = models.SmallIntegerField(default=-1)
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.BULK)
    turn = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    line_worked = models.DurationField(db_default=timedelta(0))
    line_held = models.DurationField(db_default=timedelta(0))
    attempt = models.UUIDField(null=True, blank=True)
    attempt_count = models.SmallIntegerField(default=0)
    sending_until = models.DateTimeField(null=True, blank=True)
    look_count = models.SmallIntegerField(default=0)
    next_look_at = models.DateTimeField(null=True, blank=True)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    attachments_pending = models.BooleanField(default=False)
    fetch_count = models.SmallIntegerField(default=0)
    next_fetch_at = models.DateTimeField(null=True, blank=True)
    files_lost = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    provider_at = models.DateTimeField(null=True, blank=True)
    status_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    repeats = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="repeated_by")
    decision = models.CharField(max_length=12, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    deleted_at_provider = models.DateTimeField(null=True, blank=True)

    objects = TextQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["line", "provider_id"], condition=Q(provider_id__isnull=False), name="text_provider_id_once"
            ),
            # With the status, so that a batch's are counted in the index alone.
            models.UniqueConstraint(
                fields=["batch", "number"],
                include=["status"],
                condition=Q(batch__isnull=False),
                name="text_once_in_batch",
            ),
            models.CheckConstraint(
                condition=~Q(status=TextStatus.SENDING) | Q(attempt__isnull=False, sending_until__isnull=False),
                name="text_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[TextStatus.SENT, TextStatus.DELIVERED, TextStatus.UNDELIVERED])
                | Q(provider_id__isnull=False),
                name="text_sent_has_provider_id",
            ),
            models.CheckConstraint(
                condition=~Q(status=TextStatus.SCHEDULED)
                | Q(scheduled_at__isnull=False, next_look_at__isnull=False, provider_id__isnull=False),
                name="text_scheduled_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(status=TextStatus.QUEUED) | Q(due_at__isnull=False, expires_at__isnull=False),
                name="text_queued_is_due",
            ),
            models.CheckConstraint(
                condition=Q(direction=Direction.IN, status=TextStatus.RECEIVED)
                | (Q(direction=Direction.OUT) & ~Q(status=TextStatus.RECEIVED)),
                name="text_received_is_in",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[TextStatus.FAILED, TextStatus.BLOCKED, TextStatus.UNCONFIRMED])
                | ~Q(reason=""),
                name="text_failure_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(decision="") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="text_decision_has_person",
            ),
        ]
        indexes = [
            # The claim's alone, by its words: see there.
            models.Index(
                fields=["line", "priority", "turn", "id"],
                name="text_line_queue",
                condition=Q(status__range=(TextStatus.QUEUED, TextStatus.QUEUED)),
            ),
            models.Index(fields=["sending_until"], name="text_leases", condition=Q(status=TextStatus.SENDING)),
            models.Index(fields=["next_look_at"], name="text_to_settle", condition=Q(status=TextStatus.UNCONFIRMED)),
            models.Index(
                fields=["line", "status_at"], name="text_unconfirmed", condition=Q(status=TextStatus.UNCONFIRMED)
            ),
            models.Index(fields=["next_look_at"], name="text_scheduled", condition=Q(status=TextStatus.SCHEDULED)),
            models.Index(fields=["number"], name="text_scheduled_to", condition=Q(status=TextStatus.SCHEDULED)),
            models.Index(fields=["line", "arrived_at"], name="text_spam", condition=Q(reason=Reason.SPAM)),
            models.Index(
                fields=["-status_at"],
                name="text_left_behind",
                condition=Q(status=TextStatus.BLOCKED, reason=Reason.SENDER_INACTIVE, decision=""),
            ),
            models.Index(fields=["line", "number", "-id"], name="text_by_number"),
            models.Index(fields=["line", "left_at"], name="text_left", condition=Q(left_at__isnull=False)),
            models.Index(fields=["next_fetch_at"], name="text_to_fetch", condition=Q(attachments_pending=True)),
            models.Index(fields=["number"], name="text_queued_number", condition=Q(status=TextStatus.QUEUED)),
            models.Index(fields=["due_at"], name="text_due", condition=Q(status=TextStatus.QUEUED)),
            models.Index(fields=["expires_at"], name="text_expiring", condition=Q(status=TextStatus.QUEUED)),
        ]

    def __str__(self) -> str:
        return f"text {self.pk}"

    @property
    def told_at(self) -> datetime:
        """The moment it is shown at: the provider's, else ours."""
        return self.provider_at or self.arrived_at or self.created_at


class TextEvent(models.Model):
    """One transition of a text, written by a trigger on Text; another trigger forbids update and delete."""

    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="events")
    status = models.CharField(max_length=12, choices=TextStatus.choices)
    reason = models.CharField(max_length=24, choices=Reason.choices, blank=True)
    attempt = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        # Rows only come, in the order of time: the index of the last hour is a few bytes a block.
        indexes = [BrinIndex(fields=["at"], name="text_event_at", autosummarize=True)]

    def __str__(self) -> str:
        return f"text {self.text_id}: {self.status}"
