"""contact/list, get, save, delete. Saving goes by number, so it makes or changes."""

import math

from . import payloads
from .call import Call
from .clock import now_ms
from .errors import BAD_ARGUMENT, Refused
from .model import Contact
from .numbers import find_number
from .reply import Reply


def list_contacts(call: Call) -> Reply:
    """List by page (from 1; 0 is taken for 1) and pageSize, or by start and limit."""
    mine = [one for one in call.world.contacts.values() if one.line == call.own_line.number and not one.deleted]
    size = max(1, call.number("pageSize", call.number("limit", 30)))
    page = max(1, call.number("page", 1))
    start = max(0, call.number("start", (page - 1) * size))
    shown = [payloads.contact(one, call.own_line) for one in mine[start : start + size]]
    return Reply(shown, total=len(mine), page=page, pages=math.ceil(len(mine) / size), size=len(shown))


def get(call: Call) -> Reply:
    if call.get("id"):
        contact = _by_id(call, "id")
    else:
        found = call.world.contact_ids.get((call.own_line.number, _number(call)))
        contact = call.world.contacts[found] if found is not None else None
    if contact is None or contact.deleted:
        raise Refused(BAD_ARGUMENT, "Bad argument: no such contact")
    return Reply(payloads.contact(contact, call.own_line))


def save(call: Call) -> Reply:
    contact = call.world.get_contact(call.own_line.number, _number(call))
    contact.facts.update({name: call.get(name) for name in payloads.CONTACT_TEXTS if name in call.fields})
    contact.deleted = False
    contact.updated_ms = now_ms()
    call.world.save(contact)
    return Reply(payloads.contact(contact, call.own_line))


def delete(call: Call) -> Reply:
    contact = _by_id(call, "contact")
    if contact is None:
        raise Refused(BAD_ARGUMENT, "Bad argument: contact")
    contact.deleted = True
    call.world.save(contact)
    return Reply(True)


def _by_id(call: Call, name: str) -> Contact | None:
    contact = call.world.contacts.get(call.number(name, 0))
    return contact if contact is not None and contact.line == call.own_line.number else None


def _number(call: Call) -> str:
    number = find_number(call.get("mobileNumber") or call.get("address"))
    if number is None:
        raise Refused(BAD_ARGUMENT, "Bad argument: mobileNumber")
    return number
