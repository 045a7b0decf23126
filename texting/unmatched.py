"""Conversations with a number that belongs to nobody for certain: link it to a record, dismiss it, or undo either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from texting import conf, conversations
from texting.errors import TextingError
from texting.models import Conversation, ConversationRecord, NumberLink, Recipient
from texting.seam import RecordKey

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    from texting.seam import Candidate


class AlreadyDecided(TextingError):
    """Somebody linked or dismissed it in the meantime."""


def link(user: AbstractUser, conversation: Conversation, candidate: Candidate) -> None:
    """Give a number's unmatched conversations to a record and remember the choice; the closed ones are logged at once.

    Raises AlreadyDecided, LogFailed.
    """
    with transaction.atomic():
        waiting = Conversation.objects.unmatched().filter(number=conversation.number)
        # In the order in which conversations.hold_open locks.
        all_locked = list(waiting.select_for_update(of=("self",)).order_by("line_id", "pk"))
        if conversation.pk not in [one.pk for one in all_locked]:
            raise AlreadyDecided
        for one in all_locked:
            conversations.add_records(one.pk, [(candidate.key, candidate.name)])
            if one.closed_at:
                conversations.log_unlogged(one)
        NumberLink.objects.update_or_create(
            number=conversation.number,
            defaults={
                "record_type": candidate.key.record_type,
                "record_id": candidate.key.record_id,
                "linked_by_id": user.pk,
            },
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
    link = NumberLink.objects.select_related("linked_by").filter(number=conversation.number).first()
    is_with_it = link and link.key in [record.key for record in conversation.records.all()]
    if (
        not is_with_it
        or conversation.closed_at
        or Recipient.objects.filter(text__conversation=conversation.pk).exists()
    ):
        return None
    return link


def put_back(user: AbstractUser, conversation: Conversation) -> None:
    """Undo a dismissal, or a link as far as nothing is logged: it is to be decided again. Raises AlreadyDecided."""
    with transaction.atomic():
        dismissed = Conversation.objects.filter(pk=conversation.pk, dismissed_at__isnull=False)
        if dismissed.update(dismissed_at=None, dismissed_by=None, dismissal_note=""):
            action, facts = "conversation.put_back", {}
        else:
            action, facts = "conversation.unlinked", {"record": str(_unlink(user, conversation))}
        conf.audit()(actor_id=user.pk, action=action, subject=f"conversation:{conversation.pk}", facts=facts)


def _unlink(user: AbstractUser, conversation: Conversation) -> RecordKey:
    """Take the running conversations that a link has given to a record from it again; those it was texted in stay."""
    texted = Recipient.objects.filter(text__conversation=OuterRef("pk"))
    running = Conversation.objects.filter(~Exists(texted), number=conversation.number, closed_at__isnull=True)
    locked = {one.pk: one for one in running.select_for_update(of=("self",)).order_by("line_id", "pk")}
    link = find_link(locked[conversation.pk]) if conversation.pk in locked else None
    if link is None:
        raise AlreadyDecided
    wrong = link.key
    ConversationRecord.objects.filter(
        conversation__in=locked, record_type=wrong.record_type, record_id=wrong.record_id
    ).delete()
    # That it was wrong is remembered too: it may have been texted before, which would speak for it.
    link.record_type, link.record_id, link.linked_by_id = "", 0, user.pk
    link.save()
    return wrong


def _lock(conversation: Conversation) -> Conversation:
    found = Conversation.objects.unmatched().select_for_update(of=("self",)).filter(pk=conversation.pk).first()
    if found is None:
        raise AlreadyDecided
    return found
