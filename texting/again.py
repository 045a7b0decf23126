"""Texting people of a batch again: who may be, and that nobody whom a leaver left is texted by two, or forgotten.

A draft names the batch its people come from. They wait for a decision with that batch until a text to them is queued,
so a draft that is thrown away has decided nothing; and of two drafts with the same person the first to be sent has it.
"""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from texting import conf, lines, recipients, sources
from texting.models import Batch, Draft, Recipient, Text
from texting.models.chosen import of_records
from texting.vocabulary import Decision, Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet

    from texting.recipients import ResolvedRecipient
    from texting.seam import RecordKey

LEFT_BEHIND = Q(status=TextStatus.BLOCKED, reason=Reason.SENDER_INACTIVE)
_LEFT_TEXT = Q(text__status=TextStatus.BLOCKED, text__reason=Reason.SENDER_INACTIVE)
_LEFT_UNMADE = Q(text__isnull=True, reason=Reason.SENDER_INACTIVE)
# Batches of before their people were decided about one by one have no such count any more.
_WAITING = Q(decision="") & ((_LEFT_TEXT & Q(text__decision="")) | (_LEFT_UNMADE & Q(batch__left_count__gt=0)))
# By a decision about them, or about the text to all who share it.
_TAKEN = (_LEFT_TEXT | _LEFT_UNMADE) & (Q(decision=Decision.SENT_AGAIN) | Q(text__decision=Decision.SENT_AGAIN))
# Were left out of a batch because another had sent it to them: it is repeated from there.
_HAD_IT = Q(text__isnull=True, reason=Reason.TEXTED_SINCE)
# Has the text, or may have it, or soon. Who was let be by a decision can be texted after all.
_HAS_IT = Q(text__status__in=[TextStatus.QUEUED, TextStatus.SENDING]) | Q(
    text__status=TextStatus.UNCONFIRMED, text__decision__in=["", Decision.ARRIVED, Decision.SENT_AGAIN]
)
# Whoever ends so in a batch was handed on to it: from there they go on.
_HANDED_ON = {Reason.SENDER_INACTIVE, Reason.CANCELED}
_REACHED = Q(text__isnull=False) | Q(reason__in=_HANDED_ON)


def left(batch: Batch) -> QuerySet[Recipient]:
    """Whom a batch did not reach because its sender had left, and about whom nobody has decided."""
    return Recipient.objects.filter(_WAITING, batch=batch)


def may_be_texted(rows: QuerySet[Recipient]) -> QuerySet[Recipient]:
    """Without those who may have the text already, or soon, and those who wait for a decision."""
    return rows.exclude(_HAS_IT | _HAD_IT | _WAITING | _TAKEN | Q(decision=Decision.SENT_AGAIN))


def unsent_drafts(batches: Iterable[Batch]) -> QuerySet[Draft]:
    """What is being written to the people whom leavers' batches did not reach, the latest first."""
    sent = Batch.objects.filter(draft_id=OuterRef("pk"))
    begun = Draft.objects.light().filter(source__in=[sources.of_left(batch.pk) for batch in batches])
    return begun.filter(~Exists(sent), user__is_active=True).select_related("user").order_by("-created_at")


def resolve(
    user: AbstractUser,
    keys: Sequence[RecordKey],
    chosen_numbers: Mapping[str, str],
    *,
    source: str,
    batch: Batch | None = None,
) -> list[ResolvedRecipient]:
    """May `user` text these records, from the line of `batch`? The one answer, when they write and when it is made.

    As `recipients.resolve`; not those who were texted from another draft since this one was begun, and nobody where
    `lines.for_user` has the line no more. While they write there is no `batch`, and they choose among these lines; it
    is what the draft is becoming, and what it has sent itself does not count.
    """
    verdicts = recipients.resolve(user, keys, chosen_numbers)
    taken = texted_by_others(source, keys, batch)
    verdicts = [
        replace(verdict, reason=Reason.TEXTED_SINCE) if verdict.will_be_texted and verdict.key in taken else verdict
        for verdict in verdicts
    ]
    if batch is None or batch.line in lines.for_user(user):
        return verdicts
    # Who was deactivated sees no record any more, and that is not the record's fault.
    theirs = (None, Reason.NOT_VISIBLE)
    return [replace(one, reason=Reason.SENDER_INACTIVE) if one.reason in theirs else one for one in verdicts]


def hold(source: str, keys: Iterable[RecordKey]) -> None:
    """Lock what is to be decided about people while a text to them is made, so that nobody else sends it as well."""
    origins = _origins(source)
    if not origins:
        return
    # Whoever makes a batch holds it: from the latest to the first, so that two cannot wait for each other.
    list(Batch.objects.select_for_update(no_key=True).filter(pk__in=origins).order_by("-pk").values_list("pk"))
    whose = Recipient.objects.filter(of_records(keys), batch__in=origins, text__isnull=False).values("text")
    waiting = Text.objects.filter(LEFT_BEHIND, pk__in=whose, decision="")
    list(waiting.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def note_sent(batch: Batch, made: Iterable[Recipient]) -> None:
    """Whoever has a text now, or waits with `batch`, waits no more with the batches they come from.

    Who cannot be texted goes on waiting there, unless the text that was left is now sent to its number for another.
    """
    origins = _origins(batch.source)
    if not origins:
        return
    rows = list(made)
    reached = of_records(one.key for one in rows if one.text_id or one.reason in _HANDED_ON)
    reached |= Q(text__number__in={one.number for one in rows if one.text_id})
    for origin in Batch.objects.filter(pk__in=origins).order_by("pk"):
        settle(left(origin).filter(reached), origin, Decision.SENT_AGAIN, batch.sender_id)


def settle(people: QuerySet[Recipient], batch: Batch, decision: Decision, user_id: int) -> int:
    """Decide about people that a leaver's batch left, which the caller has locked; return how many."""
    texts = decide_about(people, decision, user_id)
    Batch.objects.filter(pk=batch.pk).update(left_count=F("left_count") - texts.count(None))
    if texts:
        action = "batch.taken_over" if decision == Decision.SENT_AGAIN else "batch.dropped"
        conf.audit()(actor_id=user_id, action=action, subject=f"batch:{batch.pk}", facts={"people": len(texts)})
    return len(texts)


def decide_about(people: QuerySet[Recipient], decision: Decision, user_id: int) -> list[int | None]:
    """Decide about people whose texts the caller has locked; return the text of each, None for who has none.

    A text is decided about once all who share it are.
    """
    texts = dict(people.values_list("pk", "text_id"))
    Recipient.objects.filter(pk__in=texts).update(decision=decision, decided_by_id=user_id)
    waits = Exists(Recipient.objects.filter(text=OuterRef("pk"), decision=""))
    done = Text.objects.filter(~waits, pk__in={*texts.values()} - {None}, decision="")
    done.update(decision=decision, decided_by_id=user_id, decided_at=Now())
    return list(texts.values())


def texted_by_others(source: str, keys: Sequence[RecordKey], batch: Batch | None = None) -> set[RecordKey]:
    """Who was texted by others; not whom a later batch of this very way has reached, or their number."""
    way = [*reversed(_origins(source)), *([batch.pk] if batch else [])]
    rows = Recipient.objects.filter(of_records(keys), batch__in=way)
    taken = [(one, one.text.number if one.text else "") for one in rows.filter(_TAKEN).select_related("text")]
    if not taken:
        return set()
    place = {pk: nth for nth, pk in enumerate(way)}
    reached: list[tuple[RecordKey | str, int]] = [(one.key, place[one.batch_id]) for one in rows.filter(_REACHED)]
    texts = Text.objects.filter(batch__in=way, number__in={number for _, number in taken})
    reached += [(number, place[pk]) for number, pk in texts.values_list("number", "batch")]
    last = dict(sorted(reached, key=itemgetter(1)))
    return {one.key for one, number in taken if max(last[one.key], last.get(number, 0)) == place[one.batch_id]}


def _origins(source: str) -> list[int]:
    """The batch that people come from, and those it took them from in its turn."""
    found: list[int] = []
    while (origin := sources.batch_of(source)) and origin not in found:
        found.append(origin)
        source = Batch.objects.filter(pk=origin).values_list("source", flat=True).first() or ""
    return found
