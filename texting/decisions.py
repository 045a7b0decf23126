"""Texts that a machine may not decide about: unconfirmed ones after the last look, and what a leaver left.

A person says that one arrived, sends it again as a new text that names the old, or lets it be. The old text keeps its
status, for that is what is known of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext

from texting import conf, dispatch, drafts, lines, seam
from texting.errors import TextingError
from texting.models import Batch, Conversation, Draft, Line, Text
from texting.seam import RecordKey
from texting.vocabulary import Decision, Reason, TextStatus

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.db.models import QuerySet

    from texting.models.text import TextQuerySet

UNCLEAR = Q(status=TextStatus.UNCONFIRMED, next_look_at__isnull=True)
LEFT_BEHIND = Q(status=TextStatus.BLOCKED, reason=Reason.SENDER_INACTIVE)


class AlreadyDecided(TextingError):
    """Somebody decided in the meantime, or the provider was found to hold the text after all."""


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


def conversations_of_leavers(user: AbstractUser) -> QuerySet[Conversation]:
    """Running conversations on a user's lines that the last to write has left, the latest first."""
    last_sender = Text.objects.filter(conversation=OuterRef("pk"), sender__isnull=False).order_by("-pk")
    found = Conversation.objects.filter(closed_at__isnull=True)
    if not user.has_perm("texting.manage_lines"):
        found = found.filter(line__in=Line.objects.owned_by(seam.owners_for(user)))
    return (
        found.annotate(last_sender_id=Subquery(last_sender.values("sender_id")[:1]))
        .filter(last_sender_id__in=get_user_model().objects.filter(is_active=False))
        .select_related("line")
        .order_by("-last_text_at", "-pk")
    )


def batches_of_leavers(user: AbstractUser) -> QuerySet[Batch]:
    """Batches of which people were left out because the sender had left, for who may act for the sender."""
    return Batch.objects.filter(theirs(user), left_count__gt=0, is_pending=False)


def left_together(user: AbstractUser) -> dict[int, int]:
    """Of which batches several of a leaver's texts wait for a decision of `user`'s: batch id -> how many."""
    left = waiting_for(user).filter(LEFT_BEHIND).order_by()
    return dict(left.values_list("batch").annotate(count=Count("pk")).filter(count__gt=1))


def take_over(user: AbstractUser, batch: Batch) -> Draft:
    """Begin a Send Text of `user`'s with the same words to exactly those a leaver's batch did not reach.

    Raises AlreadyDecided.
    """
    usable = lines.for_user(user)
    line = next((line for line in usable if line.pk == batch.line_id), usable[0] if usable else None)
    with transaction.atomic():
        keys = _settle_left(user, batch, Decision.SENT_AGAIN, "batch.taken_over")
        return drafts.begin(user.pk, keys, line=line, body=batch.body, source=batch.source)


def let_be(user: AbstractUser, batch: Batch) -> None:
    """Nobody texts those a leaver's batch did not reach. Raises AlreadyDecided."""
    with transaction.atomic():
        _settle_left(user, batch, Decision.DROPPED, "batch.dropped")


def _settle_left(user: AbstractUser, batch: Batch, decision: Decision, action: str) -> list[RecordKey]:
    """Decide about all texts of a batch that a leaver left, and the people not gone through; return whose they are.

    Compare-and-set, as for one text; each of the people keeps the reason why none was sent.
    """
    locked = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    left = waiting_for(user).filter(LEFT_BEHIND, batch=batch).select_for_update(no_key=True).order_by("pk")
    texts = list(left.values_list("pk", flat=True))
    who = Q(text__in=texts)
    if locked.left_count and batches_of_leavers(user).filter(pk=batch.pk).update(left_count=0):
        who |= Q(text__isnull=True, reason=Reason.SENDER_INACTIVE)
    Text.objects.filter(pk__in=texts).update(decision=decision, decided_by_id=user.pk, decided_at=Now())
    people = batch.recipients.filter(who).order_by("pk")
    keys = [RecordKey(*key) for key in people.values_list("record_type", "record_id")]
    if not keys:
        raise AlreadyDecided
    conf.audit()(actor_id=user.pk, action=action, subject=f"batch:{batch.pk}", facts={"people": len(keys)})
    return keys


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

    Raises AlreadyDecided, NotOurs, CannotSendAgain, dispatch.NobodyToText, dispatch.LineNotUsable.
    """
    usable = lines.for_user(user)
    line = next((line for line in usable if line.pk == text.line_id), usable[0] if usable else None)
    recipients = list(text.recipients.order_by("pk"))
    if not recipients:
        raise NotOurs
    if line is None:
        raise CannotSendAgain
    numbers = {str(recipient.key): text.number for recipient in recipients}
    with transaction.atomic():
        _decide(user, text, Decision.SENT_AGAIN, UNCLEAR | LEFT_BEHIND)
        draft = Draft.objects.create(
            user_id=user.pk,
            selection=[recipient.key for recipient in recipients],
            chosen_numbers=numbers,
            line=line,
            body=text.body,
            source=gettext("Sent again"),
        )
        batch = dispatch.send_batch(user, dispatch.Composed(draft, line, text.body, is_reply=True))
        batch.texts.update(repeats_id=text.pk)
    return batch


def _decide(user: AbstractUser, text: Text, decision: Decision, which: Q) -> None:
    """Compare-and-set: of two who decide at once one does."""
    decided = Text.objects.filter(which, pk=text.pk, decision="").update(
        decision=decision, decided_by_id=user.pk, decided_at=Now()
    )
    if not decided:
        raise AlreadyDecided
    conf.audit()(actor_id=user.pk, action=f"text.{decision.value}", subject=f"text:{text.pk}", facts={})
