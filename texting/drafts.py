"""The people of a draft: a verdict on each, decided in blocks, in the request for a few and by a worker for many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Now

from texting import again, conf, recipients, sources
from texting.models import Batch, Draft, DraftRecipient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from texting.recipients import ResolvedRecipient
    from texting.seam import RecordKey

# People decided about in one transaction: a quarter of a second's work.
BLOCK = 1000


def check_again(draft: Draft) -> None:
    """Decide anew about everyone: at once for a small draft, by a worker for a large one."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        locked.done_count = 0
        locked.is_pending = locked.is_large
        locked.save(update_fields=["done_count", "is_pending"])
        while not locked.is_pending and not locked.is_checked:
            check_block(locked)
    draft.done_count, draft.is_pending = locked.done_count, locked.is_pending


def check_block(draft: Draft) -> None:
    """Decide about the next block of a draft that the caller has locked."""
    start = draft.done_count
    keys = draft.keys_from(start, BLOCK)
    _decide(draft, list(enumerate(keys, start)))
    draft.done_count = start + len(keys)
    draft.is_pending = draft.is_large and not draft.is_checked
    draft.progress_at = draft.retry_at = Now()
    draft.save(update_fields=["done_count", "is_pending", "progress_at", "retry_at"])


def use_number(draft: Draft, key: RecordKey, number: str) -> None:
    """Text another number of a record than the first found, for this send."""
    with transaction.atomic():
        locked = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        locked.chosen_numbers = {**locked.chosen_numbers, str(key): number}
        locked.save(update_fields=["chosen_numbers"])
        shown = locked.people.filter(record_type=key.record_type, record_id=key.record_id).first()
        if shown:
            _decide(locked, [(shown.position, key)])
    draft.chosen_numbers = locked.chosen_numbers


def sent_as(draft: Draft) -> Batch | None:
    """The batch a draft has become, when it has."""
    return Batch.objects.filter(draft_id=draft.pk).first()


def begin(user_id: int, keys: Sequence[tuple[str, int]], **facts: Any) -> Draft:
    """Store a selection; the people of a large one are a worker's to check."""
    is_large = len(keys) > conf.large_selection()
    return Draft.objects.create(user_id=user_id, selection=keys, is_pending=is_large, **facts)


def copy(draft: Draft) -> Draft:
    """The same people and words as a new draft, for a new text."""
    kept = ("chosen_numbers", "line", "body", "query", "chosen_at", "back_url")
    sent = sent_as(draft) if sources.batch_of(draft.source) else None
    # Whom it has reached is texted once more now: their way goes on from there.
    source = sources.of_batch(sent.pk) if sent else draft.source
    return begin(draft.user_id, draft.selection, source=source, **{name: getattr(draft, name) for name in kept})


def write(draft: Draft, **facts: Any) -> None:
    """Keep what was typed. Raises Draft.DoesNotExist where it was thrown away meanwhile."""
    if not Draft.objects.filter(pk=draft.pk).update(updated_at=Now(), **facts):
        raise Draft.DoesNotExist
    for name, value in facts.items():
        setattr(draft, name, value)


def discard(draft: Draft) -> Batch | None:
    """Throw a draft away, unless it was sent: then return its batch, which may still be made from it."""
    with transaction.atomic():
        list(Draft.objects.light().select_for_update().filter(pk=draft.pk))
        batch = sent_as(draft)
        if batch is None:
            draft.delete()
    return batch


def forget_old(age: timedelta) -> int:
    """Delete drafts nobody has touched for `age`; what was sent is in its batch. Return how many."""
    still_built = Batch.objects.filter(is_pending=True, draft_id__isnull=False).values("draft_id")
    old = Draft.objects.filter(updated_at__lt=Now() - age).exclude(pk__in=still_built)
    with transaction.atomic():
        # Whoever writes on one or sends it just now holds it.
        ids = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:500])
        # Asked anew, for it may have been sent before it was locked.
        _, deleted = old.filter(pk__in=ids).delete()
    return deleted.get(Draft._meta.label, 0)


def _decide(draft: Draft, places: Sequence[tuple[int, RecordKey]]) -> None:
    verdicts = again.resolve(draft.user, [key for _, key in places], draft.chosen_numbers, source=draft.source)
    rows = [_row(draft, position, verdict) for (position, _), verdict in zip(places, verdicts, strict=True)]
    draft.people.filter(position__in=[row.position for row in rows]).delete()
    DraftRecipient.objects.bulk_create(rows)


def _row(draft: Draft, position: int, verdict: ResolvedRecipient) -> DraftRecipient:
    alternative = verdict.alternative
    return DraftRecipient(
        draft=draft,
        position=position,
        human=str(verdict.human or verdict.key),
        edit_url=verdict.edit_url[:300],
        alternative=alternative.e164 if alternative else "",
        alternative_type=alternative.method_type if alternative else "",
        merge_values=dict(verdict.merge_values) if verdict.will_be_texted else {},
        reason=verdict.reason or "",
        **recipients.stored(verdict),
    )
