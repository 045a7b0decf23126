"""Texts that a machine may not decide about: unconfirmed ones after the last look, and what a leaver left.

A person says that one arrived, sends it again as a new text that names the old, or lets it be. The old text keeps its
status, for that is what is known of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext

from texting import again, conf, dispatch, drafts, holders, lines, seam, sources
from texting.again import LEFT_BEHIND
from texting.errors import TextingError
from texting.models import Batch, Conversation, Draft, Line, NumberLink, Recipient, Text
from texting.models.chosen import of_records
from texting.vocabulary import Decision, TextStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet

    from texting.models.text import TextQuerySet

UNCLEAR = Q(status=TextStatus.UNCONFIRMED, next_look_at__isnull=True)


class AlreadyDecided(TextingError):
    """Somebody decided in the meantime, or the provider was found to hold the text after all."""


class AlreadySentAgain(TextingError):
    """To whoever had its number then: a number is sent the same again once."""


class NotOurs(TextingError):
    """The text was written in the provider's own app: it has no recipients to send it to again."""


class CannotSendAgain(TextingError):
    """`user` has no line to send the text from."""


def waiting() -> TextQuerySet:
    """All texts that wait for a decision."""
    return Text.objects.filter(UNCLEAR | LEFT_BEHIND, decision="")


def waiting_for(user: AbstractUser) -> TextQuerySet:
    """Those a user may decide about."""
    return waiting().filter(theirs(user))


def theirs(user: AbstractUser) -> Q:
    """A user's own texts and those of the lines they may send from; all for who manages lines."""
    if user.has_perm("texting.manage_lines"):
        return Q()
    return Q(sender_id=user.pk) | Q(line__in=Line.objects.owned_by(seam.owners_for(user)))


def lines_left() -> set[int]:
    """Lines that were one person's, who can text no more: what comes to them is in nobody's inbox.

    As ids, for with them the database finds the few conversations there are by their index.
    """
    personal = [kind.key for kind in seam.owner_kinds() if kind.is_personal]
    found = Line.objects.filter(owner_kind__in=personal).exclude(owner_id__in=_known_to_text())
    owners = dict(found.values_list("pk", "owner_id"))
    gone = holders.without("texting.send", owners.values())
    return {pk for pk, owner_id in owners.items() if owner_id in gone}


def _known_to_text() -> QuerySet[Any]:
    """For the others `holders.without` has the last word."""
    return holders.holders_of("texting.send").values("pk")


def unseen_count(user: AbstractUser) -> int:
    """How many conversations on `lines_left` have an answer that nobody has seen, for who manages lines."""
    if not user.has_perm("texting.manage_lines"):
        return 0
    return Conversation.objects.unseen().filter(line__in=lines_left()).count()


def conversations_of_leavers(user: AbstractUser) -> dict[int, int | None]:
    """Running conversations on a user's lines whose last writer can text no more, or whose line's owner.

    And those that closed with an answer that `unseen_count` tells of. Those with such an answer first, then the latest.
    By their ids, with the id of that writer, None where it is the line's owner.
    """
    last_sender = Text.objects.filter(conversation=OuterRef("pk"), sender__isnull=False).order_by("-pk")
    found, left = Conversation.objects.filter(closed_at__isnull=True), lines_left()
    if user.has_perm("texting.manage_lines"):
        # As ids, so that each of the two is found by its own index.
        unseen = Conversation.objects.unseen().filter(line__in=left).values_list("pk", flat=True)
        found |= Conversation.objects.filter(pk__in=list(unseen))
    else:
        found = found.filter(line__in=Line.objects.owned_by(seam.owners_for(user)))
    unknown = get_user_model()._default_manager.exclude(pk__in=_known_to_text())
    rows = (
        found.annotate(last_sender_id=Subquery(last_sender.values("sender_id")[:1]))
        .filter(Q(last_sender_id__in=unknown) | Q(line__in=left))
        .order_by("unseen_since", "-last_text_at", "-pk")
        .values_list("pk", "last_sender_id", "line_id")
    )
    gone = holders.without("texting.send", {sender_id for _, sender_id, _ in rows if sender_id})
    return {
        pk: sender_id if sender_id in gone else None
        for pk, sender_id, line_id in rows
        if sender_id in gone or line_id in left
    }


def batches_of_leavers(user: AbstractUser) -> QuerySet[Batch]:
    """Batches of which people were left out because the sender had left, for who may act for the sender."""
    return Batch.objects.filter(theirs(user), left_count__gt=0, is_pending=False)


def left_together(user: AbstractUser) -> QuerySet[Batch]:
    """Leavers' batches that can be decided about at one stroke, the latest first; a text alone stands in the list."""
    texts = waiting_for(user).filter(LEFT_BEHIND).order_by()
    several = texts.values_list("batch").annotate(count=Count("pk")).filter(count__gt=1)
    ids = [*several.values_list("batch", flat=True), *batches_of_leavers(user).values_list("pk", flat=True)]
    return Batch.objects.filter(pk__in=ids).select_related("line", "sender").order_by("-created_at")


def count_left(batches: Iterable[Batch]) -> dict[int, int]:
    """How many people such batches did not reach, by their ids."""
    shown = list(batches)
    texts = waiting().filter(LEFT_BEHIND, batch__in=shown)
    behind = Recipient.objects.filter(text__in=texts, decision="").values_list("batch").annotate(Count("pk")).order_by()
    texted = dict(behind)
    return {batch.pk: batch.left_count + texted.get(batch.pk, 0) for batch in shown}


def take_over(user: AbstractUser, batch: Batch) -> Draft:
    """A Send Text of `user`'s with the same words to those a leaver's batch did not reach: the one begun, or a new one.

    They wait until it is sent. Raises AlreadyDecided, CannotSendAgain.
    """
    line = _line_for(user, batch.line_id)
    with transaction.atomic():
        _lock_left(batch)
        keys = [one.key for one in again.left(batch).order_by("pk")]
        if not keys:
            raise AlreadyDecided
        begun = again.unsent_drafts([batch]).filter(user_id=user.pk).first()
        if begun and set(keys) <= set(begun.keys):
            return begun
        return drafts.begin(user.pk, keys, line=line, body=batch.body, source=sources.of_left(batch.pk))


def let_be(user: AbstractUser, batch: Batch) -> None:
    """Nobody texts those a leaver's batch did not reach. Raises AlreadyDecided."""
    with transaction.atomic():
        _lock_left(batch)
        if not again.settle(again.left(batch), batch, Decision.DROPPED, user.pk):
            raise AlreadyDecided


def _lock_left(batch: Batch) -> None:
    """So that of two who decide at once the second sees what the first did."""
    Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    texts = Text.objects.filter(LEFT_BEHIND, batch=batch, decision="").order_by("pk")
    list(texts.select_for_update(no_key=True).values_list("pk"))


def note_arrived(user: AbstractUser, text: Text) -> None:
    """The person says that they have it. Raises AlreadyDecided."""
    with transaction.atomic():
        _decide(user, text, Decision.ARRIVED, UNCLEAR)


def drop(user: AbstractUser, text: Text) -> None:
    """Nobody sends it again. Raises AlreadyDecided."""
    with transaction.atomic():
        _decide(user, text, Decision.DROPPED, UNCLEAR | LEFT_BEHIND)


def send_again(user: AbstractUser, text: Text) -> Batch:
    """Send the same words to the same people as a new text of `user`'s that names the old; on its line, if they may.

    Not to those of them about whom somebody has decided alone. Of those who shared it, who has another number by now
    waits on, and has it no more from here. Raises AlreadyDecided, AlreadySentAgain, NotOurs, CannotSendAgain,
    dispatch.NobodyToText, dispatch.LineNotUsable.
    """
    if not text.recipients.exists():
        raise NotOurs
    line = _line_for(user, text.line_id)
    with transaction.atomic():
        people = _lock_people(text)
        if Text.objects.filter(repeats=text).exists():
            raise AlreadySentAgain
        keys = [recipient.key for recipient in people.order_by("pk")]
        draft = Draft.objects.create(
            user_id=user.pk,
            selection=keys,
            chosen_numbers={str(key): text.number for key in keys},
            line=line,
            body=text.body,
            source=gettext("Sent again"),
        )
        batch = dispatch.send_batch(user, dispatch.Composed(draft, line, text.body, is_reply=True))
        batch.texts.update(repeats_id=text.pk)
        again.decide_about(people.filter(_reached(people, batch, text.number)), Decision.SENT_AGAIN, user.pk)
        _audit(user, text, Decision.SENT_AGAIN)
    return batch


def _reached(people: QuerySet[Recipient], batch: Batch, number: str) -> Q:
    """All but those who have moved to another number, whether the sender of a batch sees them or not."""
    written_to = {one.key for one in batch.recipients.filter(text__isnull=False)}
    at_number = {candidate.key for candidate in seam.match_number(number)}
    at_number |= {link.key for link in NumberLink.objects.filter(number=number)}
    moved = seam.describe(one.key for one in people).keys() - written_to - at_number
    return ~of_records(moved)


def _lock_people(text: Text) -> QuerySet[Recipient]:
    """Those of a text about whom nobody has decided: of two who decide at once the second sees what the first did."""
    waiting = Text.objects.filter(UNCLEAR | LEFT_BEHIND, pk=text.pk, decision="")
    people = text.recipients.filter(decision="")
    if not waiting.select_for_update(no_key=True).values_list("pk") or not people.exists():
        raise AlreadyDecided
    return people


def _line_for(user: AbstractUser, line_id: int) -> Line:
    """The line something was to leave from, if `user` may send from it, or else their own. Raises CannotSendAgain."""
    usable = lines.for_user(user)
    if not usable:
        raise CannotSendAgain
    return next((line for line in usable if line.pk == line_id), usable[0])


def _decide(user: AbstractUser, text: Text, decision: Decision, which: Q) -> None:
    """Compare-and-set: of two who decide at once one does."""
    decided = Text.objects.filter(which, pk=text.pk, decision="").update(
        decision=decision, decided_by_id=user.pk, decided_at=Now()
    )
    if not decided:
        raise AlreadyDecided
    _audit(user, text, decision)


def _audit(user: AbstractUser, text: Text, decision: Decision) -> None:
    conf.audit()(actor_id=user.pk, action=f"text.{decision.value}", subject=f"text:{text.pk}", facts={})
