"""ZipWhip's JSON objects to ours: texts, webhook events, hooks, attachments. Pure: no clock, no network.

The same text is written in two ways. Webhooks: `messageType`, `finalSource`, `finalDestination`, the id a number.
message/list and conversation/get: `type`, `sourceAddress`, `destAddress`, the id a string. From 2014 to 2020 numbers
went from 10 digits to E.164 and dates from -07:00 to Z. All of it is read; unknown fields are ignored.
"""

from __future__ import annotations

from datetime import datetime

from texting.providers.base import (
    AttachmentInfo,
    DeliveryChanged,
    DeliveryNews,
    Event,
    Hook,
    MalformedEvent,
    OddRow,
    OptOutChanged,
    ProviderText,
    TextDeleted,
    TextRead,
    TextReceived,
    TextSent,
)
from texting.providers.zipwhip.fields import (
    Json,
    as_list,
    as_object,
    clean,
    code_of,
    count_of,
    first,
    flag_of,
    id_of,
    load,
    number_of,
    text_of,
    time_of,
)
from texting.providers.zipwhip.statuses import DIRECTIONS, EVENTS, TRANSMISSION_STATES, news_of
from texting.vocabulary import Direction, EventKind

# Words by which an opt-out event might say which way it went: its real form is known to nobody, `optedOut` is the
# sandbox's invention.
_OPTED_OUT_WORDS = frozenset({"stop", "out", "optout", "optedout", "unsubscribed", "blocked"})
_OPTED_IN_WORDS = frozenset({"unstop", "start", "in", "optin", "optedin", "subscribed", "unblocked"})


def parse_event(event: EventKind, body: bytes) -> Event:
    """Read the body of a webhook registered for `event`. Raises MalformedEvent."""
    item = as_object(load(body), "the body")
    match event:
        case EventKind.RECEIVE | EventKind.SEND:
            text = parse_text(item, assumed=Direction.IN if event == EventKind.RECEIVE else Direction.OUT)
            # By what the text itself says: a hook registered with the wrong address must not turn texts around.
            return TextReceived(text) if text.direction == Direction.IN else TextSent(text)
        case EventKind.PROGRESS:
            return _parse_progress(item)
        case EventKind.READ:
            return TextRead(id_of(item, "id"))
        case EventKind.DELETE:
            return TextDeleted(id_of(item, "id"))
        case EventKind.OPT_OUT:
            return _parse_opt_out(item)


def parse_text(item: Json, *, assumed: Direction | None = None) -> ProviderText:
    """Read a message object of any kind. `assumed` is its direction when it names none. Raises MalformedEvent."""
    direction = _direction_of(item, assumed)
    source, destination = ("finalSource", "sourceAddress"), ("finalDestination", "destAddress")
    theirs, ours = (source, destination) if direction == Direction.IN else (destination, source)
    has_attachment = flag_of(item, "hasAttachment")
    if "body" not in item and not has_attachment:
        raise MalformedEvent("body is missing")
    at = time_of(item, "dateCreated")
    outgoing = direction == Direction.OUT
    return ProviderText(
        provider_id=id_of(item, "id"),
        direction=direction,
        number=number_of(item, *theirs, "address", "mobileNumber"),
        line_number=_line_number_of(item, *ours),
        body=text_of(item, "body"),
        at=at,
        has_attachment=has_attachment,
        scheduled_at=_scheduled_at(item, at) if outgoing else None,
        # A received text carries a code as well (4, once 1), which says nothing to us.
        delivery=_delivery_of(item) if outgoing else None,
        is_deleted=flag_of(item, "deleted"),
    )


def parse_one_text(content: object) -> ProviderText:
    return parse_text(as_object(content, "response"))


def parse_texts(content: object) -> list[ProviderText | OddRow]:
    """Read a list of message objects."""
    return [_parse_row(value) for value in as_list(content, "response")]


def _parse_row(value: object) -> ProviderText | OddRow:
    try:
        return parse_text(as_object(value, "a text"))
    except MalformedEvent:
        return OddRow.GROUP if isinstance(value, dict) and _is_of_group(value) else OddRow.UNREADABLE


def _is_of_group(item: Json) -> bool:
    """The parent of the texts to a group, which are listed themselves."""
    return any(str(item.get(name, "")).startswith("device:/") for name in ("destAddress", "finalDestination"))


def parse_hooks(content: object) -> list[Hook]:
    """Read webhook/list or webhook/add, which answers with an array of the one hook."""
    values = [content] if isinstance(content, dict) else as_list(content, "response")
    return [_parse_hook(as_object(value, "a hook")) for value in values]


def parse_attachments(content: object) -> list[AttachmentInfo]:
    return [_parse_attachment(as_object(value, "an attachment")) for value in as_list(content, "response")]


def parse_account_number(content: object) -> str:
    """Read the line's own number from user/get, in E.164."""
    answer = as_object(content, "response")
    user = answer.get("user")
    return _line_number_of(as_object(user, "user") if user is not None else answer, "mobileNumber")


def find_message_id(content: object) -> str:
    """Return the id of the text just sent, "" when the answer holds none that can be read.

    message/send answers with `tokens` and `root`, the same for one recipient; messaging/send with `id`.
    """
    if not isinstance(content, dict):
        return ""
    tokens = content.get("tokens")
    token = tokens[0] if isinstance(tokens, list) and tokens and isinstance(tokens[0], dict) else {}
    for item, name in ((token, "message"), (content, "root"), (content, "id")):
        if item.get(name) is not None:
            try:
                return id_of(item, name)
            except MalformedEvent:
                return ""
    return ""


def _direction_of(item: Json, assumed: Direction | None) -> Direction:
    name, value = first(item, "messageType", "type")
    if value is None and assumed is not None:
        return assumed
    direction = DIRECTIONS.get(value.strip().upper()) if isinstance(value, str) else None
    if direction is None:
        raise MalformedEvent(f"{name} is missing or unknown")
    return direction


def _line_number_of(item: Json, *names: str) -> str:
    number = number_of(item, *names)
    if not number.startswith("+"):
        raise MalformedEvent(f"{first(item, *names)[0]} is no phone number")
    return number


def _scheduled_at(item: Json, created_at: datetime | None) -> datetime | None:
    """A text that left at once may carry the time it was made as its scheduled date."""
    at = time_of(item, "scheduledDate")
    return at if at and (created_at is None or at > created_at) else None


def _delivery_of(item: Json) -> DeliveryNews | None:
    code = code_of(item, "statusCode")
    if code is None:
        state = item.get("transmissionState")
        word = state.get("name") if isinstance(state, dict) else state
        code = TRANSMISSION_STATES.get(word) if isinstance(word, str) else None
    return None if code is None else news_of(code)


def _parse_progress(item: Json) -> DeliveryChanged:
    provider_id, news = id_of(item, "id"), _delivery_of(item)
    if news is None:
        raise MalformedEvent("statusCode is missing")
    return DeliveryChanged(provider_id, news)


def _parse_opt_out(item: Json) -> OptOutChanged:
    number = number_of(item, "address", "finalSource", "mobileNumber", "sourceAddress")
    return OptOutChanged(number, opted_out=_is_opted_out(item), at=time_of(item, "dateCreated"))


def _is_opted_out(item: Json) -> bool:
    name, value = first(item, "optedOut", "optOut", "optedIn", "optIn", "status", "action", "event", "body")
    means_in = name in ("optedIn", "optIn")
    if isinstance(value, bool):
        return value is not means_in
    word = "".join(filter(str.isalpha, value)).lower() if isinstance(value, str) else ""
    if word in ("true", "false"):
        return (word == "true") is not means_in
    if word in _OPTED_OUT_WORDS or word in _OPTED_IN_WORDS:
        return word in _OPTED_OUT_WORDS
    raise MalformedEvent(f"{name} is missing or unknown")


def _parse_hook(item: Json) -> Hook:
    words = (text_of(item, "type"), text_of(item, "event").rpartition("/")[2])
    return Hook(id_of(item, "webhookId", "id"), EVENTS.get(words), text_of(item, "url"))


def _parse_attachment(item: Json) -> AttachmentInfo:
    storage_key = item.get("storageKey")
    if not isinstance(storage_key, str) or not storage_key:
        raise MalformedEvent("storageKey is missing")
    return AttachmentInfo(
        file_name=text_of(item, "fileName"),
        mime_type=text_of(item, "mimeType").lower(),
        byte_count=count_of(item, "fileSizeBytes"),
        storage_key=clean(storage_key),
    )
