"""How far a batch is: its texts by status, and the people in it, whose counts add up to everyone chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Count, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from texting import placeholders
from texting.models import Recipient
from texting.vocabulary import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from texting.models import Batch
    from texting.models.chosen import LongWork

NOT_TEXTED = "not_texted"
NOT_REACHED = [NOT_TEXTED, "failed", "undelivered"]
# Chosen, and not yet gone through by the worker that makes the texts.
QUEUING = "queuing"
# In the order of the meter; what needs a person stands out by its colour there and comes first in the table.
SHOWN = ["delivered", "sent", "sending", "queued", QUEUING, "unconfirmed", "failed", "undelivered"]
SHOWN_LAST = ["blocked", "canceled", "expired", NOT_TEXTED]
IN_MOTION = ["queued", "sending"]
# Of these the reason decides, whether one is still looked for, and what a person said of them.
BY_REASON = ["unconfirmed", "expired", "failed", "undelivered", "blocked"]
# Somebody can mend these. An opt-out, a wish or an inactive record is no mistake.
REASONS_NEEDING = [
    Reason.NO_NUMBER,
    Reason.INVALID_NUMBER,
    Reason.CHANGED,
    Reason.TOO_LONG,
    Reason.SENDER_INACTIVE,
    Reason.LINE_REMOVED,
]


def texts_needing(text: str = "") -> Q:
    """Texts that somebody can see to, and nobody has decided about; `text` is the way to them, e.g. "text__"."""
    expired = Q(**{f"{text}status": "expired"})
    unclear = Q(**{f"{text}status": "unconfirmed", f"{text}next_look_at__isnull": True})
    refused = Q(**{f"{text}status__in": ["failed", "undelivered"]}) & ~Q(**{f"{text}reason": Reason.OPTED_OUT})
    blocked = Q(**{f"{text}status": "blocked", f"{text}reason__in": REASONS_NEEDING})
    return Q(**{f"{text}decision": ""}) & (expired | unclear | refused | blocked)


NOT_TEXTED_NEEDING = Q(text__isnull=True, reason__in=REASONS_NEEDING, decision="")
# Who shares a text may be decided about alone.
NEEDS_PERSON = Q(decision="") & texts_needing("text__") | NOT_TEXTED_NEEDING
# Without a block done for so long, nobody works on it.
QUIET = timedelta(seconds=15)


@dataclass(frozen=True)
class Progress:
    """`text_counts` counts texts, of which people who share a number have one; the other two count people."""

    text_counts: Mapping[str, int]
    not_texted: int
    queuing: int
    is_stalled: bool

    @property
    def texts(self) -> int:
        return sum(self.text_counts.values())

    @property
    def waiting(self) -> int:
        """Texts that have not left."""
        return sum(self.text_counts.get(status, 0) for status in IN_MOTION)

    @property
    def taken(self) -> int:
        """Texts that ZipWhip took, whatever became of them after."""
        return sum(self.text_counts.get(status, 0) for status in ("sent", "delivered", "undelivered"))

    @property
    def unconfirmed(self) -> int:
        """Texts that may have left."""
        return self.text_counts.get("unconfirmed", 0)

    @property
    def is_moving(self) -> bool:
        """Whether news is to be expected soon."""
        return any([self.queuing, self.waiting, self.unconfirmed, self.text_counts.get("sent")])

    @property
    def cancelable(self) -> int:
        """Texts that can still be stopped, those that are not made yet among them."""
        return self.queuing + self.text_counts.get("queued", 0)

    @property
    def text_segments(self) -> list[tuple[str, int]]:
        return in_order(self.text_counts)


def progress(batch: Batch) -> Progress:
    """Two counts in indexes, for the largest batch too."""
    texts = dict(batch.texts.values_list("status").annotate(Count("pk")).order_by())
    not_texted = counted_once(batch.recipients.filter(text__isnull=True), batch).count()
    return Progress(texts, not_texted, batch.people_count - batch.done_count, is_stalled(batch))


def is_stalled(work: LongWork) -> bool:
    """Whether something is left to do, and no worker has done any of it for a while."""
    return work.is_pending and timezone.now() - work.progress_at > QUIET


def count_people(batch: Batch) -> tuple[dict[str, int], int]:
    """Everyone chosen by `shown_status`, each human once, and how many need a person."""
    rows = (
        counted_once(with_status(batch), batch)
        .values_list("shown_status")
        .annotate(all=Count("pk"), needing=Count("pk", filter=NEEDS_PERSON))
    )
    counted = list(rows.order_by())
    counts = {status: count for status, count, _ in counted}
    queuing = batch.people_count - batch.done_count
    return counts | ({QUEUING: queuing} if queuing else {}), sum(needing for _, _, needing in counted)


def counted_once(recipients: QuerySet[Any], batch: Batch) -> QuerySet[Any]:
    """Without the further records of who is on several; where nobody is, the index alone has the answer."""
    return recipients.filter(is_counted=True) if batch.doubled_count else recipients


def with_status(batch: Batch) -> QuerySet[Any]:
    """Recipients with `shown_status`, a text's or not_texted, and `needs`: 0 for those who need a person."""
    return Recipient.objects.filter(batch=batch).annotate(
        shown_status=Coalesce(F("text__status"), Value(NOT_TEXTED), output_field=CharField()),
        needs=Case(When(NEEDS_PERSON, then=0), default=1, output_field=IntegerField()),
    )


def segments_in_all(batch: Batch, texts: int) -> int:
    """What a batch's texts cost; those with placeholders differ from person to person."""
    if placeholders.names_in(batch.body):
        return batch.texts.aggregate(all=Sum("segment_count"))["all"] or 0
    return texts * batch.segment_count


def in_order(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """(status, count) of those there are, as the meter shows them."""
    return [(status, counts[status]) for status in [*SHOWN, *SHOWN_LAST] if counts.get(status)]
