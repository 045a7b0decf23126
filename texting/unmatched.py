"""Conversations with a number that belongs to nobody for certain: link it to a record, or dismiss it with a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now

from texting import conf, conversations
from texting.errors import TextingError
from texting.models import Conversation, NumberLink

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


def _lock(conversation: Conversation) -> Conversation:
    found = Conversation.objects.unmatched().select_for_update(of=("self",)).filter(pk=conversation.pk).first()
    if found is None:
        raise AlreadyDecided
    return found
