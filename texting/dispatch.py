"""Send and cancel a batch: what a person pressed, in one transaction; for many people a worker makes the texts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Now

from texting import building, conf, lines, sources
from texting.errors import TextingError
from texting.models import Batch, Draft, Line, Text
from texting.reasons import reply_reason_words
from texting.segments import count_segments
from texting.sql import run
from texting.vocabulary import Priority, Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta

    from django.contrib.auth.models import AbstractUser

    from texting.models import Recipient
    from texting.models.text import TextQuerySet

# What wakes the runners; it carries nothing, for a notification may be lost.
CHANNEL = "texting"


class AlreadySent(TextingError):
    """This draft was sent before, with other content. `batch` is what it became."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(f"draft already sent as batch {batch.pk}")
        self.batch = batch


class NobodyToText(TextingError):
    """Not one of the people chosen can be texted: nothing was created. `people`: who, each with the reason."""

    def __init__(self, people: Iterable[Recipient]) -> None:
        self.people = list(people)
        self.reasons = {person.reason for person in self.people}
        super().__init__(f"nobody to text: {sorted(self.reasons)}")

    @property
    def reply_words(self) -> str:
        """Why a reply does not leave: each reason once, in a sentence."""
        words = (reply_reason_words(person.reason, person.reason_words) for person in self.people)
        return " ".join(dict.fromkeys(words))


class LineNotUsable(TextingError):
    """The user may not send from the line: it is another's by now, it was removed, or the right to text was taken."""


@dataclass(frozen=True)
class Composed:
    """What is to be sent, once `body` has been normalised and checked by the form."""

    draft: Draft
    line: Line
    body: str
    is_reply: bool = False


def send_batch(user: AbstractUser, composed: Composed) -> Batch:
    """Queue one text per number for the people of a draft, and a recipient for every one of them.

    A large draft's batch is only stored, and made by a worker. The same draft again with the same content is the same
    batch. Someone whose number is no longer the one shown is not texted. Raises AlreadySent, NobodyToText,
    LineNotUsable.
    """
    content_hash = _content_hash(composed)
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=composed.draft.pk, user_id=user.pk)
        sent = Batch.objects.filter(draft_id=draft.pk).first()
        if sent:
            if sent.content_hash == content_hash:
                return sent
            raise AlreadySent(sent)
        line = Line.objects.get(pk=composed.line.pk)
        if line not in lines.for_user(user):
            raise LineNotUsable
        batch = _create(user, composed, line, content_hash)
        if not (draft.people.accepted() if draft.is_large else batch.texts).exists():
            raise NobodyToText(batch.recipients.order_by("pk"))
        facts = {"line": line.pk, "people": batch.human_count}
        if (repeated := sources.batch_of(draft.source)) is not None:
            facts |= {"batch": repeated}
        conf.audit()(actor_id=user.pk, action="batch.sent", subject=f"batch:{batch.pk}", facts=facts)
        wake_runners()
    return batch


def _create(user: AbstractUser, composed: Composed, line: Line, content_hash: str) -> Batch:
    draft = composed.draft
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
        people_count=draft.people_count,
        is_pending=draft.is_large,
        next_turn=line.current_turn,
    )
    while not draft.is_large and not batch.is_built:
        building.build_block(batch)
    return batch


def wake_runners() -> None:
    """Tell the runners, when the transaction commits, that something is due."""
    run(f"NOTIFY {CHANNEL}")


def cancel_batch(user: AbstractUser, batch: Batch) -> int:
    """Stop what has not left; return how many texts and people that are, if a worker has to stop some of them."""
    with transaction.atomic():
        # What is being sent just now and turns out not to have left is stopped by the claim, as is what is left here.
        Batch.objects.filter(pk=batch.pk, canceled_at__isnull=True).update(canceled_at=Now())
        locked = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        waiting = Text.objects.filter(batch=locked).queued().count() + locked.people_count - locked.done_count
        stopped = building.stop_block(locked)
        Batch.objects.filter(pk=batch.pk).update(is_pending=waiting > stopped)
        conf.audit()(actor_id=user.pk, action="batch.canceled", subject=f"batch:{batch.pk}", facts={"texts": waiting})
    return waiting


def expire_overdue() -> int:
    """End the texts that could not leave in time; return how many."""
    return stop_in_blocks(Text.objects.overdue(), TextStatus.EXPIRED, Reason.EXPIRED)


def stop_in_blocks(texts: TextQuerySet, status: TextStatus, reason: Reason) -> int:
    """End those of `texts` that still wait, each block in a transaction of its own; return how many."""
    count = 0
    while True:
        with transaction.atomic():
            stopped = texts.stop(status, reason, at_most=building.BLOCK)
        if not stopped:
            return count
        count += stopped


def times_to_send(lines: Sequence[Line], text_count: int) -> dict[int, timedelta]:
    """How long until `text_count` texts more have left each line at its pace, among those of others that wait.

    By the ids of the lines; one query.
    """
    before = Q(priority=Priority.REPLY) | Q(turn__lt=F("line__current_turn") + text_count)
    counted = Text.objects.filter(before, line__in=lines).queued().values_list("line").annotate(Count("pk")).order_by()
    waiting = dict(counted)
    return {line.pk: (waiting.get(line.pk, 0) + text_count) * line.pace for line in lines}


def _content_hash(composed: Composed) -> str:
    content = [composed.body, composed.line.pk, composed.draft.selection, composed.draft.chosen_numbers]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
