from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from texting.reasons import reason_words
from texting.seam import RecordKey
from texting.vocabulary import MethodType, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable


class LongWork(models.Model):
    """What may be too long for a request: people are gone through in blocks, each committed with `done_count`.

    `is_pending` says that a worker has something left to do. `retry_at` orders the work: who waits longest is next.
    """

    done_count = models.IntegerField(default=0)
    is_pending = models.BooleanField(default=False)
    progress_at = models.DateTimeField(db_default=Now())
    retry_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["retry_at"], name="%(class)s_pending", condition=Q(is_pending=True))]


def of_records(keys: Iterable[RecordKey]) -> Q:
    """Rows about any of these records."""
    ids: defaultdict[str, list[int]] = defaultdict(list)
    for key in keys:
        ids[key.record_type].append(key.record_id)
    rows = Q(pk__in=[])
    for record_type, record_ids in ids.items():
        rows |= Q(record_type=record_type, record_id__in=record_ids)
    return rows


class ChosenRecord(models.Model):
    """A record somebody chose to text, as it was then: the number chosen by type priority, or the reason why none.

    `reason_facts` are what the words of the reason need: {"word", "on"} of an opt-out, {"region"} of a number.
    """

    record_type = models.CharField(max_length=20)
    record_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    ident = models.CharField(max_length=40, blank=True)
    url = models.CharField(max_length=300, blank=True)
    number = models.CharField(max_length=16, blank=True)
    number_type = models.CharField(max_length=20, choices=MethodType.choices, blank=True)
    number_as_entered = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=24, choices=Reason.choices, blank=True)
    reason_facts = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    @property
    def key(self) -> RecordKey:
        return RecordKey(self.record_type, self.record_id)

    @property
    def shown_name(self) -> str:
        return self.name or _("A record you cannot see")

    @property
    def reason_words(self) -> str:
        return reason_words(self.reason, self.number_type, self.number_as_entered, self.reason_facts)
