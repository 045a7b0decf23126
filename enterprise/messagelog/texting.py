"""The log sink: closed conversations become messages on the records they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.translation import gettext as _

from enterprise.messagelog.dialogue import compose_body, store_dialogue
from enterprise.messagelog.models import ActionCode, Message, RecordKind
from enterprise.users.models import User
from texting.seam import LogResult, RecordKey

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from texting.seam import ClosedConversation

# By name, because the apps that hold the records know the log, and not the other way round.
RECORD_MODELS = {RecordKind.EMPLOYEE.value: "employees.Employee", RecordKind.CONTACT.value: "contacts.Contact"}
AUTHOR_OF_NOBODY = "Texting"


def log_conversations(conversations: Sequence[ClosedConversation]) -> list[LogResult]:
    """Write one message per record; the sink of `texting.seam.LogSink`, whose contract it keeps."""
    existing = _existing({record for conversation in conversations for record in conversation.records})
    codes = {str(code.pk): code for code in ActionCode.objects.all()}
    earlier = _earlier(conversations)
    authors = {user.pk: user for user in User.objects.filter(pk__in={item.author_id for item in conversations})}
    results: list[LogResult] = []
    messages: list[Message] = []
    for conversation in conversations:
        for record in conversation.records:
            if record not in existing:
                results.append(LogResult(conversation.conversation_id, record, logged=False, vanished=True))
            elif failure := _why_not(conversation, record, codes):
                results.append(LogResult(conversation.conversation_id, record, logged=False, failure=failure))
            else:
                code = codes[conversation.filed_under[record.record_type]]
                message = _message(conversation, record, code, authors)
                message.follows_id = earlier.get((conversation.follows, record))
                messages.append(message)
                results.append(LogResult(conversation.conversation_id, record, logged=True))
    # What is there already was logged by an earlier attempt: the unique key makes the second one do nothing.
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    return results


def read_log(conversation_ids: Collection[int]) -> dict[tuple[int, RecordKey], list[int]]:
    """Which texts stand in which message; `texting.seam.LogReader`."""
    found = Message.objects.filter(conversation_id__in=conversation_ids)
    return {
        (conversation_id or 0, RecordKey(kind, record_id)): [line["text_id"] for line in dialogue]
        for conversation_id, kind, record_id, dialogue in found.values_list(
            "conversation_id", "record_type", "record_id", "dialogue"
        )
    }


def _existing(records: set[RecordKey]) -> set[RecordKey]:
    existing: set[RecordKey] = set()
    for kind, label in RECORD_MODELS.items():
        ids = [record.record_id for record in records if record.record_type == kind]
        if ids:
            found = apps.get_model(label)._base_manager.filter(pk__in=ids).values_list("pk", flat=True)
            existing.update(RecordKey(kind, record_id) for record_id in found)
    return existing


def _earlier(conversations: Sequence[ClosedConversation]) -> dict[tuple[int | None, RecordKey], int]:
    """The messages that late conversations go on with: (conversation id, record) -> message id."""
    ids = {conversation.follows for conversation in conversations if conversation.follows}
    found = Message.objects.filter(conversation_id__in=ids) if ids else Message.objects.none()
    rows = found.values_list("conversation_id", "record_type", "record_id", "pk")
    return {(conversation_id, RecordKey(kind, record_id)): pk for conversation_id, kind, record_id, pk in rows}


def _why_not(conversation: ClosedConversation, record: RecordKey, codes: dict[str, ActionCode]) -> str:
    kind = RecordKind(record.record_type)
    code = codes.get(conversation.filed_under.get(kind.value, ""))
    if code is None:
        return _("No action code is set for conversations with %(kind)s.") % {"kind": kind.label}
    why_not = code.why_not(kind)
    return f"{code.name}: {why_not}" if why_not else ""


def _message(
    conversation: ClosedConversation, record: RecordKey, code: ActionCode, authors: dict[int, User]
) -> Message:
    author = authors.get(conversation.author_id) if conversation.author_id else None
    return Message(
        record_type=record.record_type,
        record_id=record.record_id,
        action_code=code,
        author=author,
        author_name=str(author) if author else AUTHOR_OF_NOBODY,
        body=compose_body(conversation.texts),
        conversation_id=conversation.conversation_id,
        line_name=conversation.line_name[:200],
        number=conversation.number[:20],
        dialogue=store_dialogue(conversation.texts),
    )
