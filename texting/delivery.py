"""What became of a text after it left: news only move it forward, in whatever order and however often they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models.functions import Now

from texting import compliance
from texting.models import Text
from texting.vocabulary import Direction, TextStatus

if TYPE_CHECKING:
    from texting.providers.base import DeliveryNews


def apply(text: Text, news: DeliveryNews) -> bool:
    """Apply news to an outgoing text; False when it knew as much or more already."""
    changed = Text.objects.filter(
        pk=text.pk,
        direction=Direction.OUT,
        status__in=[TextStatus.SENT, TextStatus.DELIVERED, TextStatus.UNDELIVERED],
        delivery_rank__lt=news.rank,
    ).update(
        status=news.status,
        reason=news.reason or "",
        provider_code=news.provider_code,
        delivery_rank=news.rank,
        status_at=Now(),
    )
    if changed:
        compliance.remember_refusal(text, news.reason)
    return bool(changed)


def is_proof_of_leaving(news: DeliveryNews | None) -> bool:
    """Whether news say that a text is on a phone or has failed on its way there."""
    return news is not None and news.status in (TextStatus.DELIVERED, TextStatus.UNDELIVERED)


def mark_read(text: Text) -> None:
    Text.objects.filter(pk=text.pk, read_at__isnull=True).update(read_at=Now())


def mark_deleted(text: Text) -> None:
    """The provider forgot the text; ours stays."""
    Text.objects.filter(pk=text.pk, deleted_at_provider__isnull=True).update(deleted_at_provider=Now())
