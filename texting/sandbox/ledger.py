"""What the ledger holds: each POST of a text with the fate it met, each STOP or START with who was told of it.

An entry is on the disk before anybody is answered, so that whoever counts afterwards need not ask the client.
"""

from typing import Literal

from .call import Call
from .clock import now_ms, stamp
from .model import Message
from .numbers import find_number
from .tricks import SENDS
from .world import World, is_stop, is_unstop, text_entry

Moment = Literal["written", "taken", "listed"]
# Moods in which nothing is accepted.
SHUT = ("never", "unavailable")


def note_accepted(world: World, messages: list[Message]) -> None:
    world.store.append_to_ledger([{"kind": "text", "accepted": True, **text_entry(one)} for one in messages])


def note_not_accepted(call: Call, line: str | None, fate: str) -> None:
    """Write down a text, once for each number, that is hung up on, refused or answered badly; other calls are not."""
    if call.path not in SENDS:
        return
    at = now_ms()
    call.world.store.append_to_ledger(
        [
            {
                "kind": "text",
                "accepted": False,
                "id": None,
                "line": line or _line_of(call),
                "to": find_number(written) or written,
                "body": call.get("body"),
                "at": stamp(at),
                "at_ms": at,
                "fate": fate,
                "source": "api",
            }
            for written in call.get_all("contacts") + call.get_all("to")
        ]
    )


def note_keyword(world: World, message: Message, moment: Moment) -> None:
    """Write down that a STOP or START was written, taken by a webhook's receiver, or first shown in a list."""
    if not message.is_inbound or not (is_stop(message.body) or is_unstop(message.body)):
        return
    if moment == "listed":
        if message.id in world.listed_keywords:
            return
        world.listed_keywords.add(message.id)
    at = now_ms()
    entry = {
        "kind": "stop" if is_stop(message.body) else "start",
        "moment": moment,
        "id": str(message.id),
        "line": message.line,
        "from": message.other,
        "at": stamp(at),
        "at_ms": at,
    }
    world.store.append_to_ledger([entry])


def _line_of(call: Call) -> str:
    """Return the line whose session it was, for a session that has ended: its key ends with the line's device id."""
    device = call.get("session").rpartition(":")[2]
    return next((one.number for one in call.world.lines.values() if str(one.device_id) == device), "")
