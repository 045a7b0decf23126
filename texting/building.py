"""Make a batch's recipients and texts in blocks, so that everyone chosen ends in exactly one result, once.

A block is one transaction under the lock of its batch: what it made and how far it came are committed together, so
whoever goes on after a crash begins where the last block ended. Texts of the blocks made may leave meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Count
from django.db.models.functions import Now

from texting import again, conf, conversations, lines, placeholders, recipients
from texting.models import Batch, Draft, Recipient, Text
from texting.seam import RecordKey
from texting.segments import count_segments
from texting.sql import database_now
from texting.vocabulary import Direction, Origin, Priority, Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texting.models.draft import DraftRecipientQuerySet
    from texting.recipients import ResolvedRecipient

BLOCK = 1000


@dataclass(frozen=True)
class Person:
    """One chosen: whom, `reason` why not (None for who is texted), and what they are to read."""

    verdict: ResolvedRecipient
    reason: Reason | None
    body: str = ""


def build_block(batch: Batch) -> None:
    """Make the next block of a batch that the caller has locked; of a canceled one also end what waits."""
    people = [] if batch.is_built else _people(batch)
    texts = _queue_texts(batch, people)
    made = [_recipient(batch, person, texts) for person in people]
    batch.doubled_count += _count_humans_once(batch, made)
    Recipient.objects.bulk_create(made)
    again.note_sent(batch, made)
    _join_conversations(made)
    batch.done_count += len(people)
    batch.left_count += sum(person.reason == Reason.SENDER_INACTIVE for person in people)
    stopped = stop_block(batch) if batch.canceled_at else 0
    batch.is_pending = not batch.is_built or stopped == BLOCK
    batch.progress_at = batch.retry_at = Now()
    batch.save(
        update_fields=[
            "done_count",
            "doubled_count",
            "left_count",
            "is_pending",
            "next_turn",
            "progress_at",
            "retry_at",
        ]
    )


def stop_block(batch: Batch) -> int:
    """End up to a block of texts that wait; return how many."""
    return Text.objects.filter(batch=batch).stop(TextStatus.CANCELED, Reason.CANCELED, at_most=BLOCK)


def _people(batch: Batch) -> list[Person]:
    """The verdicts on the next block, as they are now and against what the sender was shown."""
    draft = Draft.objects.only("selection", "chosen_numbers").get(pk=str(batch.draft_id))
    keys = draft.keys_from(batch.done_count, BLOCK)
    again.hold(batch.source, keys)
    if batch.canceled_at:
        return _canceled(batch, draft, keys)
    # Read anew, for rights are kept on the instance.
    sender = get_user_model().objects.get(pk=batch.sender_id)
    verdicts = again.resolve(sender, keys, draft.chosen_numbers, source=batch.source, batch=batch)
    shown = _shown(batch, draft)
    reasons = [_reason_now(verdict, shown) for verdict in verdicts]
    bodies = _bodies(batch, draft, [verdict for verdict, reason in zip(verdicts, reasons, strict=True) if not reason])
    too_long = _too_long(batch, bodies)
    return [
        Person(verdict, reason or (Reason.TOO_LONG if verdict.e164 in too_long else None), bodies.get(verdict.e164, ""))
        for verdict, reason in zip(verdicts, reasons, strict=True)
    ]


def _canceled(batch: Batch, draft: Draft, keys: Sequence[RecordKey]) -> list[Person]:
    """The next block as the sender was shown them, so that a batch ends though its people can't be read any more."""
    rows = list(_block(batch, draft).order_by("position"))
    humans = draft.people.filter(human__in={row.human for row in rows}).values("human")
    several = set(humans.annotate(records=Count("pk")).filter(records__gt=1).values_list("human", flat=True))
    texted = again.texted_by_others(batch.source, keys, batch)
    return [
        Person(
            recipients.as_stored(row, is_on_several=row.human in several),
            Reason(row.reason or (Reason.TEXTED_SINCE if row.key in texted else Reason.CANCELED)),
        )
        for row in rows
    ]


def _block(batch: Batch, draft: Draft) -> DraftRecipientQuerySet:
    start = batch.done_count
    return draft.people.filter(position__gte=start, position__lt=start + BLOCK)


def _shown(batch: Batch, draft: Draft) -> Mapping[str, str]:
    """The number the sender was shown for each record key; a reply's is its conversation's."""
    if batch.is_reply:
        numbers: dict[str, str] = draft.chosen_numbers
        return numbers
    columns = _block(batch, draft).accepted().values_list("record_type", "record_id", "number")
    return {str(RecordKey(record_type, record_id)): number for record_type, record_id, number in columns}


def _reason_now(verdict: ResolvedRecipient, shown: Mapping[str, str]) -> Reason | None:
    if verdict.reason:
        return verdict.reason
    if shown.get(str(verdict.key)) != verdict.e164:
        return Reason.CHANGED
    return None


def _bodies(batch: Batch, draft: Draft, verdicts: Sequence[ResolvedRecipient]) -> dict[str, str]:
    """What each number reads. People behind one number are in one text, of whatever block they are."""
    numbers = dict.fromkeys(verdict.e164 for verdict in verdicts)
    if not placeholders.names_in(batch.body):
        return dict.fromkeys(numbers, batch.body)
    values: dict[str, list[Mapping[str, str]]] = {number: [] for number in numbers}
    for number, merge_values in draft.people.of_numbers(numbers).values_list("number", "merge_values"):
        values[number].append(merge_values)
    return {number: placeholders.fill(batch.body, values[number]) for number in numbers}


def _too_long(batch: Batch, bodies: Mapping[str, str]) -> set[str]:
    """The numbers whose text has grown beyond what the provider accepts; the body itself was checked when written."""
    if all(body == batch.body for body in bodies.values()):
        return set()
    limit = lines.provider_of(batch.line).body_limit_bytes
    return {number for number, body in bodies.items() if len(body.encode()) > limit}


def _queue_texts(batch: Batch, people: Sequence[Person]) -> dict[str, int]:
    """One text per number of the whole batch; return their ids. Turns follow the line's own, so batches interleave."""
    bodies = {person.verdict.e164: person.body for person in people if not person.reason}
    texts = dict(batch.texts.filter(number__in=bodies).values_list("number", "pk"))
    line = batch.line
    # After the turn that the line is at: others whose next it is were there before.
    first = max(batch.next_turn, line.current_turn + 1)
    now = database_now()
    made = Text.objects.bulk_create(
        [
            Text(
                line=line,
                batch=batch,
                direction=Direction.OUT,
                origin=Origin.ENTERPRISE,
                number=number,
                body=bodies[number],
                segment_count=_segments(batch, bodies[number]),
                sender_id=batch.sender_id,
                status=TextStatus.QUEUED,
                priority=Priority.REPLY if batch.is_reply else Priority.BULK,
                turn=turn,
                due_at=now,
                expires_at=batch.created_at + conf.text_life(),
                line_worked=line.worked,
                line_held=line.held,
            )
            for turn, number in enumerate((number for number in bodies if number not in texts), first)
        ]
    )
    batch.next_turn = first + len(made)
    return texts | {text.number: text.pk for text in made}


def _segments(batch: Batch, body: str) -> int:
    return batch.segment_count if body == batch.body else count_segments(body).segment_count


def _recipient(batch: Batch, person: Person, texts: Mapping[str, int]) -> Recipient:
    return Recipient(
        batch=batch,
        text_id=None if person.reason else texts[person.verdict.e164],
        reason=person.reason or "",
        human=str(person.verdict.human) if person.verdict.is_on_several else "",
        **recipients.stored(person.verdict),
    )


def _join_conversations(made: Sequence[Recipient]) -> None:
    """A text of an earlier block may be in its conversation by now, which is with these people as well."""
    text_ids = {one.text_id for one in made if one.text_id}
    joined = Text.objects.filter(pk__in=text_ids, conversation__isnull=False).values_list("pk", "conversation_id")
    conversations.add_recipients(dict(joined))


def _count_humans_once(batch: Batch, made: Sequence[Recipient]) -> int:
    """Mark who is counted of those on several records, rather one who is texted; return how many are not."""
    on_several = sorted((one for one in made if one.human), key=lambda one: bool(one.reason))
    if not on_several:
        return 0
    earlier = batch.recipients.filter(is_counted=True, human__in={one.human for one in on_several})
    counted = {one.human: one for one in earlier}
    known = set(counted)
    moved = []
    for one in on_several:
        before = counted.setdefault(one.human, one)
        if before.pk and before.reason and not one.reason:
            moved.append(before.pk)
            counted[one.human] = one
        one.is_counted = counted[one.human] is one
    Recipient.objects.filter(pk__in=moved).update(is_counted=False)
    return len(on_several) - len(counted.keys() - known)
