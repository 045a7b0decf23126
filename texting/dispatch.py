"""Create a batch: one transaction from what a person pressed to texts that are due."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now

from texting import conf, lines, recipients
from texting.errors import TextingError
from texting.models import Batch, Draft, Line, Recipient, Text
from texting.segments import count_segments
from texting.sql import run
from texting.vocabulary import Direction, Origin, Priority, Reason, TextStatus

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AbstractUser

    from texting.recipients import ResolvedRecipient

# What wakes the runners; it carries nothing, for a notification may be lost.
CHANNEL = "texting"


class AlreadySent(TextingError):
    """This draft was sent before, with other content. `batch` is what it became."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(f"draft already sent as batch {batch.pk}")
        self.batch = batch


class NobodyToText(TextingError):
    """Not one of the people chosen can be texted: nothing was created."""


class LineNotUsable(TextingError):
    """The user may not send from the line: it is another's by now, it was removed, or the right to text was taken."""


@dataclass(frozen=True)
class Composed:
    """What is to be sent, once `body` has been normalised and checked by the form."""

    draft: Draft
    line: Line
    body: str
    is_reply: bool = False


def send_batch(user: AbstractUser, composed: Composed, *, now: datetime) -> Batch:
    """Queue one text per number for the people of a draft, and a recipient for every one of them.

    The same draft again with the same content is the same batch. Someone whose number is no longer the one shown is
    not texted. Raises AlreadySent, NobodyToText, LineNotUsable.
    """
    content_hash = _content_hash(composed)
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=composed.draft.pk, user_id=user.pk)
        sent = Batch.objects.filter(draft_id=draft.pk).first()
        if sent:
            if sent.content_hash == content_hash:
                return sent
            raise AlreadySent(sent)
        line = Line.objects.select_for_update(no_key=True).get(pk=composed.line.pk)
        if line not in lines.for_user(user):
            raise LineNotUsable
        resolved = recipients.resolve(user, draft.keys, draft.chosen_numbers)
        verdicts = [(verdict, _reason_now(verdict, draft.shown)) for verdict in resolved]
        if all(reason for _, reason in verdicts):
            raise NobodyToText
        batch = Batch.objects.create(
            draft_id=draft.pk,
            content_hash=content_hash,
            sender_id=user.pk,
            line=line,
            body=composed.body,
            segment_count=count_segments(composed.body).segment_count,
            is_reply=composed.is_reply,
            source=draft.source,
            back_url=draft.back_url,
        )
        texts = _queue_texts(batch, line, [verdict for verdict, reason in verdicts if not reason], now)
        Recipient.objects.bulk_create([_recipient(batch, *verdict, texts) for verdict in verdicts], batch_size=1000)
        conf.audit()(
            actor_id=user.pk,
            action="batch.sent",
            subject=f"batch:{batch.pk}",
            facts={"line": line.pk, "people": len(verdicts), "texts": len(texts)},
        )
        wake_runners()
    return batch


def wake_runners() -> None:
    """Tell the runners, when the transaction commits, that something is due."""
    run(f"NOTIFY {CHANNEL}")


def cancel_batch(user: AbstractUser, batch: Batch) -> int:
    """Stop what has not left; return how many texts."""
    with transaction.atomic():
        # What is being sent just now and turns out not to have left is stopped by the claim.
        Batch.objects.filter(pk=batch.pk, canceled_at__isnull=True).update(canceled_at=Now())
        count = Text.objects.filter(batch=batch).stop(TextStatus.CANCELED, Reason.CANCELED)
        conf.audit()(actor_id=user.pk, action="batch.canceled", subject=f"batch:{batch.pk}", facts={"texts": count})
    return count


def expire_overdue() -> int:
    """End the texts that could not leave in time, whatever held them up; return how many."""
    with transaction.atomic():
        return Text.objects.filter(expires_at__lte=Now()).stop(TextStatus.EXPIRED, Reason.EXPIRED)


def _content_hash(composed: Composed) -> str:
    content = [composed.body, composed.line.pk, composed.draft.selection, composed.draft.chosen_numbers]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _reason_now(verdict: ResolvedRecipient, shown: dict[str, str]) -> Reason | None:
    if verdict.reason:
        return verdict.reason
    if shown.get(str(verdict.key)) != verdict.e164:
        return Reason.CHANGED
    return None


def _queue_texts(batch: Batch, line: Line, verdicts: list[ResolvedRecipient], now: datetime) -> dict[str, Text]:
    """One text per number, its turns following on the line's own, so that batches interleave."""
    numbers = list(dict.fromkeys(verdict.e164 for verdict in verdicts))
    texts = Text.objects.bulk_create(
        [
            Text(
                line=line,
                batch=batch,
                direction=Direction.OUT,
                origin=Origin.ENTERPRISE,
                number=number,
                body=batch.body,
                segment_count=batch.segment_count,
                sender_id=batch.sender_id,
                status=TextStatus.QUEUED,
                priority=Priority.REPLY if batch.is_reply else Priority.BULK,
                turn=line.current_turn + position,
                due_at=now,
                expires_at=now + conf.TEXT_LIFE + position * line.pace,
            )
            for position, number in enumerate(numbers)
        ],
        batch_size=1000,
    )
    return {text.number: text for text in texts}


def _recipient(batch: Batch, verdict: ResolvedRecipient, reason: Reason | None, texts: dict[str, Text]) -> Recipient:
    number = verdict.number
    return Recipient(
        batch=batch,
        record_type=verdict.key.record_type,
        record_id=verdict.key.record_id,
        name=verdict.name[:200],
        ident=verdict.ident[:40],
        url=verdict.url[:300],
        number=verdict.e164,
        number_type=number.method_type if number else "",
        number_as_entered=number.value[:200] if number else "",
        text=None if reason else texts[verdict.e164],
        reason=reason or "",
        reason_words="" if not reason else (verdict.reason_words or reason.label)[:300],
    )
