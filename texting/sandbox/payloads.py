"""The JSON ZipWhip wrote. Ids are numbers in webhooks and strings in answers; field names differ between the two."""

from typing import Any

from .clock import stamp, stamp_or_none
from .model import Attachment, Contact, Hook, Line, Message, OptOut
from .numbers import is_canadian, ten_digits

FINAL_STATES = ("delivered", "failed", "canceled", "received")
TRANSMISSION = {
    "scheduled": "PREPPING",
    "queued": "ACCEPTED",
    "moving": "QUEUED",
    "waiting": "QUEUED",
    "delivered": "DELIVERED",
    "received": "DELIVERED",
    "failed": "ERROR",
    "canceled": "ERROR",
}
STATUS_WORDS = {
    -1234: "Recipient has texted STOP",
    -855: "Internal error",
    -801: "Spam protection",
    -704: "Internal error",
    -703: "Bad argument",
    -700: "Internal error",
    -394: "Parameter length invalid",
    -124: "Carrier could not be determined",
    0: "Delivered",
    1: "In process",
    2: "Queued",
    4: "Delivered",
    5: "Error",
    6: "Delivered",
    7: "Error",
}


def spell(number: str, form: str) -> str:
    """Spell a number for a webhook: 10 digits in 2015, E.164 from 2019 on."""
    return ten_digits(number) if form == "2015" else number


def spell_for_answers(number: str) -> str:
    """Answers kept 10 digits for US numbers even when webhooks had changed to E.164."""
    return number if is_canadian(number) else ten_digits(number)


def webhook_message(message: Message, line: Line, form: str) -> dict[str, Any]:
    source, destination = message.line, message.other
    if message.is_inbound:
        source, destination = destination, source
    payload: dict[str, Any] = {
        "id": message.id,
        "fingerprint": message.fingerprint,
        "deviceId": line.device_id,
        "contactId": message.contact_id,
        "body": message.body,
        "bodySize": len(message.body),
        "address": f"ptn:/{spell(message.other, form)}",
        "finalSource": spell(source, form),
        "finalDestination": spell(destination, form),
        "messageType": "MO" if message.is_inbound else "ZO",
        "messageTransport": 9 if message.is_inbound else 5,
        "statusCode": message.status_code,
        "hasAttachment": bool(message.attachments),
        "visible": True,
        "read": message.read_ms is not None,
        "deleted": message.deleted_ms is not None,
        "dateCreated": stamp(message.created_ms, form),
        "dateRead": stamp_or_none(message.read_ms, form),
        "dateDeleted": stamp_or_none(message.deleted_ms, form),
        "dateDelivered": stamp_or_none(message.delivered_ms, form),
        "scheduledDate": stamp_or_none(message.scheduled_ms, form),
        "cc": None,
        "bcc": None,
    }
    if form == "2020" and message.is_inbound:
        payload["messageStatus"] = 1003  # the only value ever seen, and only on received texts
    return payload


def webhook_optout(line: Line, optout: OptOut, form: str, *, opted_out: bool) -> dict[str, Any]:
    """Our own invention: the real payload of optout/change is not known."""
    return {
        "address": f"ptn:/{spell(optout.number, form)}",
        "deviceId": line.device_id,
        "finalSource": spell(optout.number, form),
        "finalDestination": spell(optout.line, form),
        "optedOut": opted_out,
        "dateCreated": stamp(optout.at_ms, form),
    }


def message(message: Message, line: Line, contact: Contact) -> dict[str, Any]:
    other, own = spell_for_answers(message.other), spell_for_answers(message.line)
    state = TRANSMISSION[message.state]
    return {
        "id": str(message.id),
        "uuid": str(message.id),
        "address": f"ptn:/{other}",
        "body": message.body,
        "bodySize": len(message.body),
        "type": "MO" if message.is_inbound else "ZO",
        "fingerprint": message.fingerprint,
        "contactId": message.contact_id,
        "contactDeviceId": 0,
        "deviceId": line.device_id,
        "sourceAddress": other if message.is_inbound else own,
        "destAddress": own if message.is_inbound else other,
        "mobileNumber": other,
        "firstName": contact.facts.get("firstName", ""),
        "lastName": contact.facts.get("lastName", ""),
        "carrier": "Tmo",
        "isRead": message.read_ms is not None,
        "isSelf": False,
        "isParent": False,
        "parentId": None if message.parent_id is None else str(message.parent_id),
        "isInFinalState": message.state in FINAL_STATES,
        "errorState": state == "ERROR",
        "transmissionState": {"enumType": "com.zipwhip.outgoing.TransmissionState", "name": state},
        "statusCode": message.status_code,
        "statusDesc": STATUS_WORDS.get(message.status_code, "") if state == "ERROR" else "",
        "messageTransport": 9 if message.is_inbound else 5,
        "hasAttachment": bool(message.attachments),
        "visible": True,
        "deleted": message.deleted_ms is not None,
        "scheduledDate": stamp_or_none(message.scheduled_ms),
        "dateCreated": stamp(message.created_ms),
        "lastUpdated": stamp(message.updated_ms),
        "deliveryReceipt": None,
        "version": 1,
        **dict.fromkeys(("fromName", "advertisement", "thread", "channel", "subject", "latlong", "loc", "fwd"), ""),
        "cc": None,
        "bcc": None,
    }


def conversation(texts: list[Message], line: Line, contact: Contact) -> dict[str, Any]:
    """Show a conversation; `texts` are newest first and may not be empty, deleted ones included."""
    last, oldest = texts[0], texts[-1]
    kept = [one for one in texts if one.deleted_ms is None]
    unread = sum(1 for one in kept if one.is_inbound and one.read_ms is None)
    number = spell_for_answers(last.other)
    return {
        "id": last.fingerprint,
        "fingerprint": last.fingerprint,
        "address": f"ptn:/{number}",
        "deviceId": line.device_id,
        "deviceAddress": f"device:/{spell_for_answers(line.number)}/0",
        "lastContactId": contact.id,
        "lastContactDeviceId": 0,
        "lastContactFirstName": contact.facts.get("firstName", ""),
        "lastContactLastName": contact.facts.get("lastName", ""),
        "lastContactMobileNumber": number,
        "lastMessageBody": last.body,
        "lastMessageDate": stamp(last.created_ms),
        "lastNonDeletedMessageDate": stamp(kept[0].created_ms) if kept else None,
        "unreadCount": unread,
        "new": unread > 0,
        "deleted": not kept,
        "version": len(texts),
        "cc": "",
        "bcc": "",
        "dateCreated": stamp(oldest.created_ms),
        "lastUpdated": stamp(last.updated_ms),
    }


_CONTACT_TEXTS = """
firstName lastName email notes business birthday city state zipcode loc latlong phoneKey thread channel fwd
businessName jobTitle addressLine1 addressLine2 country custom1 custom2
"""
CONTACT_TEXTS = tuple(_CONTACT_TEXTS.split())


def contact(contact: Contact, line: Line) -> dict[str, Any]:
    number = spell_for_answers(contact.number)
    return {
        **{name: contact.facts.get(name, "") for name in CONTACT_TEXTS},
        "id": contact.id,
        "address": f"ptn:/{number}",
        "mobileNumber": number,
        "carrier": "Tmo",
        "phoneId": 0,
        "deviceId": line.device_id,
        "targetGroupDevice": -1,
        "deleted": contact.deleted,
        "version": 1,
        "dateCreated": stamp(contact.created_ms),
        "lastUpdated": stamp(contact.updated_ms),
    }


def hook(hook: Hook) -> dict[str, Any]:
    return {"webhookId": hook.id, "type": hook.type, "event": hook.event, "url": hook.url, "method": hook.method}


def attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "fileName": attachment.file_name,
        "mimeType": attachment.mime_type,
        "fileSizeBytes": attachment.size,
        "storageKey": attachment.key,
        "dateCreated": stamp(attachment.created_ms),
    }


def user(line: Line) -> dict[str, Any]:
    empty = ("firstName", "lastName", "fullName", "phoneKey", "email", "zipcode", "birthday", "loc", "notes")
    return {
        "user": {
            **dict.fromkeys(empty, ""),
            "mobileNumber": spell_for_answers(line.number),
            "carrier": "Zipwhip",
            "websiteDeviceId": line.device_id,
            "websiteDeviceKey": "",
            "MOCount": 0,
            "ZOCount": 0,
            "businessName": "",
            "dateCreated": stamp(line.created_ms),
            "lastUpdated": stamp(line.created_ms),
        },
        "settings": {},
        "groups": [],
    }
