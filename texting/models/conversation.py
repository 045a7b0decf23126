from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from texting.seam import RecordKey

if TYPE_CHECKING:
    from collections.abc import Iterable


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def unmatched(self) -> ConversationQuerySet:
        """Conversations of nobody we know that a person has still to look at."""
        known = ConversationRecord.objects.filter(conversation=models.OuterRef("pk"))
        return self.filter(dismissed_at__isnull=True, logged_at__isnull=True).exclude(models.Exists(known))

    def unseen(self) -> ConversationQuerySet:
        """Those with an answer that nobody has seen; what belongs to nobody we know waits in the tray instead."""
        known = ConversationRecord.objects.filter(conversation=models.OuterRef("pk"))
        return self.filter(models.Exists(known), unseen_since__isnull=False)


class Conversation(models.Model):
    """All texts between one line and one other number, between two idle windows.

    At most one per (line, number) is open. `last_text_at` is ours, by the database's clock. One with no record is
    unmatched and closes as unlogged, until a person links it to a record or dismisses it with a note. `follows` is the
    closed conversation that a late text goes on with. `unseen_since` is when the first unseen answer came. `words` are
    the texts of a closed one in capitals, to be searched: their own rows change too often to bear such an index.
    """

    line = models.ForeignKey("texting.Line", on_delete=models.PROTECT, related_name="conversations")
    number = models.CharField(max_length=16)
    opened_at = models.DateTimeField()
    last_text_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    logged_at = models.DateTimeField(null=True, blank=True)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unseen_since = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dismissal_note = models.CharField(max_length=300, blank=True)
    failure_count = models.IntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(blank=True, db_default="", editable=False)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["line", "number"], condition=Q(closed_at__isnull=True), name="conversation_open_once"
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True) | ~Q(dismissal_note=""), name="conversation_dismissed_with_note"
            ),
            models.CheckConstraint(
                condition=Q(logged_at__isnull=True) | Q(closed_at__isnull=False), name="conversation_logged_is_closed"
            ),
        ]
        indexes = [
            models.Index(fields=["last_text_at"], name="conversation_idle", condition=Q(closed_at__isnull=True)),
            models.Index(fields=["line", "number", "-id"], name="conversation_by_number"),
            models.Index(fields=["line", "-last_text_at"], name="conversation_of_line"),
            GinIndex(
                fields=["words"],
                opclasses=["gin_trgm_ops"],
                name="conversation_words",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(fields=["line"], name="conversation_unseen", condition=Q(unseen_since__isnull=False)),
            # The open ones, and those of nobody we know.
            models.Index(
                fields=["line"],
                name="conversation_unlogged",
                condition=Q(dismissed_at__isnull=True, logged_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class ConversationRecord(models.Model):
    """A record that a conversation is logged on, its name as it was when the conversation began."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="records")
    record_type = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    logged_at = models.DateTimeField(null=True, blank=True)
    vanished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "record_type", "record_id"], name="conversation_record_once"
            )
        ]
        indexes = [models.Index(fields=["record_type", "record_id", "-conversation"], name="conversation_of_record")]

    def __str__(self) -> str:
        return f"{self.key} in conversation {self.conversation_id}"

    @property
    def key(self) -> RecordKey:
        return RecordKey(self.record_type, self.record_id)


class NumberLink(models.Model):
    """Whom a number belongs to, as a person decided: remembered for the next unmatched text.

    On lines of its own where the record does not hold the number: those on which its texts were given to the record.
    So a number may have several links; on a line the latest of those that count there is meant.
    """

    number = models.CharField(max_length=16)
    record_type = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["number", "record_type", "record_id"], name="number_link_to_record_once")
        ]

    def __str__(self) -> str:
        return f"link to {self.key}"

    @property
    def key(self) -> RecordKey:
        return RecordKey(self.record_type, self.record_id)

    @property
    def is_of_nobody(self) -> bool:
        """In old rows somebody said so that it was the wrong one, before WrongLink kept which."""
        return not self.record_type


class WrongLink(models.Model):
    """A record that a number does not belong to, as a person said, though the record may hold it."""

    number = models.CharField(max_length=16)
    record_type = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["number", "record_type", "record_id"], name="wrong_link_once")]

    def __str__(self) -> str:
        return f"not {self.key}"

    @property
    def key(self) -> RecordKey:
        return RecordKey(self.record_type, self.record_id)

    @classmethod
    def of_numbers(cls, numbers: Iterable[str]) -> dict[str, set[RecordKey]]:
        """The records that each of the numbers does not belong to; a number of which nothing was said is left out."""
        found: defaultdict[str, set[RecordKey]] = defaultdict(set)
        for one in cls.objects.filter(number__in=numbers):
            found[one.number].add(one.key)
        return dict(found)
