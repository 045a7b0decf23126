"""conversation/list, get, read, delete. A conversation is known by its fingerprint, on its line."""

from . import payloads
from .api_message import mark_deleted, mark_read
from .call import Call
from .errors import BAD_ARGUMENT, Refused
from .model import Message
from .reply import Reply


def list_conversations(call: Call) -> Reply:
    everything = call.world.conversations(call.own_line.number)
    start = max(0, call.number("start", 0))
    page = everything[start : start + max(0, call.number("limit", 30))]
    shown = [payloads.conversation(texts, call.own_line, call.world.contacts[texts[0].contact_id]) for texts in page]
    return Reply(shown, total=len(everything) if page else 0, size=len(page))


def get(call: Call) -> Reply:
    """Show a conversation; its messages are null, not [], when there are none to show."""
    everything = _texts(call)
    contact = call.world.contacts[everything[0].contact_id]
    kept = [one for one in everything if one.deleted_ms is None]
    start = max(0, call.number("start", 0))
    page = kept[start : start + max(0, call.number("limit", 30))]
    messages = [payloads.message(one, call.own_line, contact) for one in page]
    shown = payloads.conversation(everything, call.own_line, contact)
    return Reply({"conversation": shown, "messages": messages or None})


def read(call: Call) -> Reply:
    for message in _texts(call):
        mark_read(call, message)
    return Reply(True)


def delete(call: Call) -> Reply:
    for message in _texts(call):
        mark_deleted(call, message)
    return Reply(True)


def _texts(call: Call) -> list[Message]:
    """Return the texts of the conversation newest first, the deleted ones too."""
    ids = call.world.threads.get((call.own_line.number, call.get("fingerprint")))
    if not ids:
        raise Refused(BAD_ARGUMENT, "Bad argument: fingerprint")
    return [call.world.messages[one] for one in reversed(ids)]
