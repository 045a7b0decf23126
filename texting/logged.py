"""Texts as the log is handed them, and what is known by now of those it was handed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texting.models import Conversation, Text, TextingSettings
from texting.numbers import format_number
from texting.seam import ClosedConversation, FileNow, LoggedFile, LoggedText, TextNow
from texting.vocabulary import Direction, Origin, Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from texting.models import Attachment


MOST_NAMED = 3
# Written alike in every language.
JOINED_BY = " / "


def closed_conversations(conversations: Sequence[Conversation]) -> list[ClosedConversation]:
    """Conversations as the log is handed them, their texts in the provider’s order of time: two queries."""
    filed_under = TextingSettings.current().filed_under
    texts_of: dict[int, list[Text]] = {conversation.pk: [] for conversation in conversations}
    texts = Text.objects.filter(conversation__in=texts_of).select_related("sender").prefetch_related("attachments")
    for text in texts:
        texts_of[text.conversation_id or 0].append(text)
    return [
        _closed(conversation, sorted(texts_of[conversation.pk], key=order_in_dialogue), filed_under)
        for conversation in conversations
    ]


def order_in_dialogue(text: Text) -> tuple[object, int]:
    return (text.told_at, text.pk)


def _closed(conversation: Conversation, texts: list[Text], filed_under: dict[str, str]) -> ClosedConversation:
    records = sorted(conversation.records.all(), key=lambda record: record.pk)
    person = _who_wrote([record.name for record in records], conversation.number)
    sent = [text for text in texts if text.direction == Direction.OUT and text.sender_id]
    return ClosedConversation(
        conversation_id=conversation.pk,
        follows=conversation.follows_id,
        number=conversation.number,
        line_number=conversation.line.number,
        line_name=str(conversation.line),
        records=[record.key for record in records],
        filed_under=filed_under,
        author_id=sent[-1].sender_id if sent else None,
        texts=[logged_text(text, person) for text in texts],
        opened_at=conversation.opened_at,
        last_text_at=conversation.last_text_at,
    )


def _who_wrote(names: Sequence[str], number: str) -> str:
    """Nobody can tell which of those who share a number wrote: all of them, or the number where they are many."""
    different = list(dict.fromkeys(filter(None, names)))
    return JOINED_BY.join(different) if len(different) <= MOST_NAMED else format_number(number)


def logged_text(text: Text, person: str) -> LoggedText:
    """A text for the log; `person` is what its other party is called."""
    sender = str(text.sender) if text.sender else ""
    return LoggedText(
        text_id=text.pk,
        direction=Direction(text.direction),
        origin=Origin(text.origin),
        author=person if text.direction == Direction.IN else sender,
        body=text.body,
        at=text.told_at,
        status=TextStatus(text.status),
        reason=Reason(text.reason) if text.reason else None,
        files=[LoggedFile(file.pk, file.file_name, file.byte_count) for file in text.attachments.all()],
    )


def _file_now(file: Attachment) -> FileNow:
    return FileNow(str(file), file.url, file.preview_url, file.width, file.height, file.problem)


def texts_now(text_ids: Iterable[int]) -> dict[int, TextNow]:
    """What is known by now of texts that were logged, by their ids: two queries."""
    found = Text.objects.filter(pk__in=list(text_ids)).prefetch_related("attachments")
    return {
        text.pk: TextNow(
            status=TextStatus(text.status),
            reason=Reason(text.reason) if text.reason else None,
            since=text.status_at,
            files=[_file_now(file) for file in text.attachments.all()],
        )
        for text in found
    }
