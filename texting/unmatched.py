"""Conversations with a number that belongs to nobody for certain: link it to a record, dismiss it, or undo either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from texting import conf, conversations, seam
from texting.errors import TextingError
from texting.models import Conversation, ConversationRecord, NumberLink, Recipient, WrongLink
from texting.models.chosen import of_records
from texting.seam_help import Hidden

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    from texting.models.conversation import ConversationQuerySet
    from texting.seam import Candidate, RecordKey


class AlreadyDecided(TextingError):
    """Somebody linked or dismissed it in the meantime."""


def link(user: AbstractUser, conversation: Conversation, candidate: Candidate, among: ConversationQuerySet) -> None:
    """Give a number's unmatched conversations of `among` to a record and remember the choice; closed ones are logged.

    Raises AlreadyDecided, LogFailed.
    """
    with transaction.atomic():
        waiting = among.unmatched().filter(number=conversation.number)
        # In the order in which conversations.hold_open locks.
        all_locked = list(waiting.select_for_update(of=("self",)).order_by("line_id", "pk"))
        if conversation.pk not in [one.pk for one in all_locked]:
            raise AlreadyDecided
        for one in all_locked:
            conversations.add_records(one.pk, [(candidate.key, candidate.name)])
            if one.closed_at:
                conversations.log_unlogged(one)
        WrongLink.objects.filter(
            of_records([candidate.key, *candidate.same_person_as]), number=conversation.number
        ).delete()
        NumberLink.objects.update_or_create(
            number=conversation.number, **candidate.key._asdict(), defaults={"linked_by_id": user.pk}
        )
        conf.audit()(
            actor_id=user.pk,
            action="conversation.linked",
            subject=f"conversation:{conversation.pk}",
            facts={"record": str(candidate.key)},
        )


def dismiss(user: AbstractUser, conversation: Conversation, note: str) -> None:
    """Say that nothing is to be done; what the number writes next is another conversation. Raises AlreadyDecided."""
    with transaction.atomic():
        locked = _lock(conversation)
        Conversation.objects.filter(pk=locked.pk).update(
            dismissed_at=Now(),
            dismissed_by_id=user.pk,
            dismissal_note=note[:300],
            unseen_since=None,
        )
        conversations.close([locked.pk])
        conf.audit()(actor_id=user.pk, action="conversation.dismissed", subject=f"conversation:{locked.pk}", facts={})


def find_link(conversation: Conversation) -> NumberLink | None:
    """The choice by which a running conversation is on its record; None where it is there for another reason.

    Once that record was texted in it, it is: what was written to somebody is logged on their record.
    """
    keys = [record.key for record in conversation.records.all()]
    if conversation.closed_at or not keys:
        return None
    links = NumberLink.objects.select_related("linked_by").filter(of_records(keys), number=conversation.number)
    link = links.order_by("-linked_at", "-pk").first()
    if link and Recipient.objects.filter(text__conversation=conversation.pk).exists():
        return None
    return link


def put_back(user: AbstractUser, conversation: Conversation) -> RecordKey | None:
    """Undo a dismissal, or a link as far as nothing is logged, and return whose it was: it is to be decided again.

    Raises AlreadyDecided, and Hidden where the linked record is none that `user` may see.
    """
    with transaction.atomic():
        dismissed = Conversation.objects.filter(pk=conversation.pk, dismissed_at__isnull=False)
        if dismissed.update(dismissed_at=None, dismissed_by=None, dismissal_note=""):
            wrong, action, facts = None, "conversation.put_back", {}
        else:
            wrong = _unlink(user, conversation)
            action, facts = "conversation.unlinked", {"record": str(wrong)}
        conf.audit()(actor_id=user.pk, action=action, subject=f"conversation:{conversation.pk}", facts=facts)
    return wrong


def _unlink(user: AbstractUser, conversation: Conversation) -> RecordKey:
    """Take the running conversations that a link has given to a record from it again; those it was texted in stay."""
    texted = Recipient.objects.filter(text__conversation=OuterRef("pk"))
    running = Conversation.objects.filter(~Exists(texted), number=conversation.number, closed_at__isnull=True)
    locked = {one.pk: one for one in running.select_for_update(of=("self",)).order_by("line_id", "pk")}
    link = find_link(locked[conversation.pk]) if conversation.pk in locked else None
    if link is None:
        raise AlreadyDecided
    wrong = link.key
    if wrong not in seam.visible(user, [wrong]):
        raise Hidden
    of_wrong = of_records([wrong])
    ConversationRecord.objects.filter(of_wrong, conversation__in=locked).delete()
    NumberLink.objects.filter(of_wrong, number=conversation.number).delete()
    # Remembered, for what else speaks for it stays: it may hold the number, or have been texted.
    WrongLink.objects.get_or_create(number=conversation.number, **wrong._asdict(), defaults={"said_by_id": user.pk})
    return wrong


def _lock(conversation: Conversation) -> Conversation:
    found = Conversation.objects.unmatched().select_for_update(of=("self",)).filter(pk=conversation.pk).first()
    if found is None:
        raise AlreadyDecided
    return found
