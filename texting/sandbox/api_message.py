"""message/send, get, list, read, delete and messaging/send."""

from typing import Any

from . import payloads
from .call import Call
from .clock import now_ms
from .errors import BAD_ARGUMENT, LENGTH_INVALID, Refused
from .ledger import note_keyword
from .model import Attachment, Message
from .reply import Reply
from .sending import Order, accept, forget

MIME_TYPES = ("image/bmp", "image/gif", "image/jpeg", "image/png", "text/plain")
ATTACHMENTS = 2


def send(call: Call) -> Reply:
    order = Order(
        line=call.own_line.number,
        to=call.get_all("contacts"),
        body=call.get("body"),
        source="api",
        scheduled_ms=call.number("scheduledDate", 0) or None,
        fault=call.fault,
    )
    messages = accept(call.world, order)
    return Reply(_accepted(call, messages), accepted=messages)


def _accepted(call: Call, messages: list[Message]) -> dict[str, Any]:
    """One recipient: root is the message. Several: a parent of its own, minted right after them, and no fingerprint."""
    is_single = len(messages) == 1
    root = messages[0].id if is_single else call.world.snowflakes.mint(messages[-1].created_ms)
    tokens = [
        {
            "message": str(one.id),
            "fingerprint": one.fingerprint,
            "contact": one.contact_id,
            "device": call.own_line.device_id,
        }
        for one in messages
    ]
    if not is_single:
        for message in messages:
            message.parent_id = root
            call.world.save(message)
    return {"fingerprint": messages[0].fingerprint if is_single else None, "root": str(root), "tokens": tokens}


def send_multimedia(call: Call) -> Reply:
    """messaging/send: one recipient, at most two files; its answer has another form than message/send's."""
    recipients = call.get_all("to")
    if len(recipients) != 1:
        raise Refused(BAD_ARGUMENT, "Bad argument: to is one recipient")
    order = Order(
        line=call.own_line.number,
        to=recipients,
        body=call.get("body"),
        source="api",
        scheduled_ms=call.number("scheduledDate", 0) or None,
        fault=call.fault,
        attachments=_attachments(call),
    )
    messages = accept(call.world, order)
    return Reply({"id": messages[0].id, "status": "queued"}, accepted=messages)


def _attachments(call: Call) -> list[Attachment]:
    size = sum(len(one.content) for one in call.uploads)
    if size > call.world.settings.payload_bytes or len(call.uploads) > ATTACHMENTS:
        raise Refused(LENGTH_INVALID, "Parameter length invalid: attachments")
    if any(one.mime_type not in MIME_TYPES for one in call.uploads):
        raise Refused(BAD_ARGUMENT, "Bad argument: type of attachment")
    line = call.own_line.number
    stored = [call.world.attachments.get(key.rpartition("=")[2]) for key in call.get_all("key")]
    saved = [one for one in stored if one is not None and one.line == line and one.message_id is None]
    if len(saved) < len(stored):
        raise Refused(BAD_ARGUMENT, "Bad argument: key")
    return saved + [call.world.add_attachment(line, one.name, one.mime_type, one.content) for one in call.uploads]


def get(call: Call) -> Reply:
    return Reply(_shown(call, _find(call, call.get("id") or call.get("uuid"))))


def list_messages(call: Call) -> Reply:
    texts = call.world.newest_first(call.own_line.number)
    page = _page(call, texts)
    for message in page:
        note_keyword(call.world, message, "listed")
    # Past the end total is 0 too: clients loop until it is.
    return Reply([_shown(call, one) for one in page], total=len(texts) if page else 0, size=len(page))


def read(call: Call) -> Reply:
    for message in _chosen(call):
        mark_read(call, message)
    return Reply(True)


def delete(call: Call) -> Reply:
    for message in _chosen(call):
        mark_deleted(call, message)
    return Reply(True)


def mark_read(call: Call, message: Message) -> None:
    if message.read_ms is None:
        message.read_ms = message.updated_ms = now_ms()
        call.world.save(message)
        call.events.append(("read", message))


def mark_deleted(call: Call, message: Message) -> None:
    if message.deleted_ms is not None:
        return
    forget(call.world, message)
    call.events.append(("delete", message))


def _chosen(call: Call) -> list[Message]:
    ids = call.get_all("message", "messages", "uuids")
    if not ids:
        raise Refused(BAD_ARGUMENT, "Bad argument: message")
    return [_find(call, one) for one in ids]


def _find(call: Call, written: str) -> Message:
    message = call.world.messages.get(int(written)) if written.isdecimal() else None
    if message is None or message.line != call.own_line.number:
        raise Refused(BAD_ARGUMENT, "Bad argument: no such message")
    return message


def _shown(call: Call, message: Message) -> dict[str, Any]:
    return payloads.message(message, call.own_line, call.world.contacts[message.contact_id])


def _page(call: Call, texts: list[Message]) -> list[Message]:
    start = max(0, call.number("start", 0))
    return texts[start : start + max(0, call.number("limit", 30))]
