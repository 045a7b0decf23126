from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Count, ExpressionWrapper, F, Func, Q
from django.db.models.functions import Now
from django.urls import reverse

from texting import conf
from texting.models.chosen import ChosenRecord, LongWork
from texting.seam import RecordKey
from texting.vocabulary import MethodType

if TYPE_CHECKING:
    from collections.abc import Iterable


class DraftQuerySet(models.QuerySet["Draft"]):
    def light(self) -> DraftQuerySet:
        """Without the people, of whom there may be fifty thousand."""
        return self.defer("selection", "chosen_numbers")


class Draft(LongWork):
    """A selection and what is being written to it, kept until it is sent.

    `selection` holds record keys as [type, id] pairs in the order chosen, and never changes; where it was "all that
    match", `query` is the search, as it found them at `chosen_at`. `chosen_numbers` maps a record key to the number to
    use instead of the first found, for this send. The verdicts on them are `people`, the first `done_count` of them.
    The id is the idempotency key of Send: at most one batch names a draft.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    selection = models.JSONField()
    people_count = models.GeneratedField(
        expression=Func(F("selection"), function="jsonb_array_length"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    chosen_numbers = models.JSONField(default=dict)
    line = models.ForeignKey("texting.Line", on_delete=models.SET_NULL, null=True, related_name="+")
    body = models.TextField(blank=True)
    source = models.CharField(max_length=120, blank=True)
    query = models.TextField(null=True, blank=True)  # noqa: DJ001 - None: chosen one by one; "": all, not narrowed
    back_url = models.CharField(max_length=500, blank=True)
    chosen_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta(LongWork.Meta):
        default_permissions = ()
        indexes = [
            *LongWork.Meta.indexes,
            models.Index(fields=["user", "-updated_at"], name="draft_by_user"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("texting:draft", args=[self.pk])

    @property
    def keys(self) -> list[RecordKey]:
        return self.keys_from(0, len(self.selection))

    def keys_from(self, start: int, count: int) -> list[RecordKey]:
        return [RecordKey(record_type, record_id) for record_type, record_id in self.selection[start : start + count]]

    @property
    def is_large(self) -> bool:
        """Whether its people are gone through by a worker rather than in a request."""
        return bool(self.people_count > conf.large_selection())

    @property
    def is_checked(self) -> bool:
        return bool(self.done_count >= self.people_count)


class DraftRecipientQuerySet(models.QuerySet["DraftRecipient"]):
    def accepted(self) -> DraftRecipientQuerySet:
        return self.filter(reason="")

    def rejected(self) -> DraftRecipientQuerySet:
        return self.exclude(reason="")

    def rejected_first(self) -> DraftRecipientQuerySet:
        return self.order_by(ExpressionWrapper(Q(reason=""), models.BooleanField()), "position")

    def totals(self) -> dict[str, Any]:
        """`people`, `accepted` of them, and the `numbers` these have: one text each. `rejected` are records.

        Who stands on two records is one person.
        """
        return self.aggregate(
            people=Count("human", distinct=True),
            accepted=Count("human", filter=Q(reason=""), distinct=True),
            rejected=Count("pk", filter=~Q(reason="")),
            numbers=Count("number", filter=Q(reason=""), distinct=True),
        )

    def of_numbers(self, numbers: Iterable[str]) -> DraftRecipientQuerySet:
        return self.accepted().filter(number__in=list(numbers)).order_by("position")


class DraftRecipient(ChosenRecord):
    """The verdict on one of a draft's people as it was shown: no `reason` for one who will be texted.

    `human` is the same on two records of one person. `alternative` is the next valid number of a record whose first
    number is not. `merge_values` fill placeholders.
    """

    # Found by `draft_recipient_once`.
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="people", db_index=False)
    position = models.IntegerField()
    human = models.CharField(max_length=40)
    edit_url = models.CharField(max_length=300, blank=True)
    alternative = models.CharField(max_length=16, blank=True)
    alternative_type = models.CharField(max_length=20, choices=MethodType.choices, blank=True)
    merge_values = models.JSONField(default=dict, blank=True)

    objects = DraftRecipientQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["draft", "position"], name="draft_recipient_once")]
        indexes = [models.Index(fields=["draft", "number"], name="draft_number", condition=Q(reason=""))]

    def __str__(self) -> str:
        return f"person {self.position} of draft {self.draft_id}"
