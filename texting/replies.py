"""Who has answered a batch, and what: the latest text from a number since the batch texted it, on the same line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from texting.models import Text
from texting.vocabulary import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from texting.models import Batch


def attach_replies(batch: Batch, recipients: Iterable[Any]) -> None:
    """Give each recipient `reply`, a Text or None; one query for all. Who is hidden, and so has no number, has none."""
    sent = {one.number: one.text_id for one in recipients if one.text_id and one.number}
    received = Text.objects.filter(line=batch.line_id, number__in=sent, direction=Direction.IN)
    latest = received.order_by("number", "-pk").distinct("number") if sent else []
    replies = {text.number: text for text in latest if text.pk > sent[text.number]}
    for one in recipients:
        one.reply = replies.get(one.number) if one.text_id else None


def who_replied(recipients: QuerySet[Any]) -> QuerySet[Any]:
    """Those recipients whose number has answered."""
    answers = Text.objects.filter(
        line=OuterRef("text__line"), number=OuterRef("text__number"), pk__gt=OuterRef("text"), direction=Direction.IN
    )
    return recipients.filter(Exists(answers))
