"""Read single fields of ZipWhip's JSON. Every complaint is a MalformedEvent that names the field, never its value."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import cast

from texting.providers.base import MalformedEvent

Json = dict[str, object]

_LARGEST_ID = 2**63 - 1
_ID = re.compile(r"[0-9]{1,19}")
_CODE = re.compile(r"-?[0-9]{1,9}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_MS = re.compile(r"[0-9]{13}")
_ADDRESS = re.compile(r"(?:ptn|device):/")


def load(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        # Without its cause, which holds the whole document.
        raise MalformedEvent("the body is no JSON") from None


def as_object(value: object, name: str) -> Json:
    if not isinstance(value, dict):
        raise MalformedEvent(f"{name} is no JSON object")
    return cast("Json", value)


def as_list(value: object, name: str) -> list[object]:
    """Read an array, for which ZipWhip sometimes writes null."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedEvent(f"{name} is no JSON array")
    return value


def first(item: Json, *names: str) -> tuple[str, object]:
    """Return the first of these fields that is there and not empty, with its name; else the first name and None."""
    return next(((name, item[name]) for name in names if item.get(name) not in (None, "")), (names[0], None))


def text_of(item: Json, *names: str) -> str:
    """Read a text, cleaned of what PostgreSQL refuses; "" when it is missing or null."""
    name, value = first(item, *names)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedEvent(f"{name} is no text")
    return clean(value)


def clean(text: str) -> str:
    """Drop NUL and put U+FFFD in place of halves of surrogate pairs; a pair written as two halves becomes whole."""
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def id_of(item: Json, *names: str) -> str:
    """Read a 64-bit id, a number in webhooks and a string in answers, as a decimal string."""
    name, value = first(item, *names)
    if value is None:
        raise MalformedEvent(f"{name} is missing")
    written = value.strip() if isinstance(value, str) else str(value) if _is_whole(value) else ""
    if not _ID.fullmatch(written) or not 0 < int(written) <= _LARGEST_ID:
        raise MalformedEvent(f"{name} is no id")
    return str(int(written))


def flag_of(item: Json, *names: str) -> bool:
    name, value = first(item, *names)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise MalformedEvent(f"{name} is neither true nor false")


def count_of(item: Json, name: str) -> int:
    """Read a size; 0 when it is missing or null."""
    value = item.get(name)
    if value is None:
        return 0
    written = value.strip() if isinstance(value, str) else str(value) if _is_whole(value) else ""
    if not _ID.fullmatch(written):
        raise MalformedEvent(f"{name} is no size")
    return int(written)


def code_of(item: Json, *names: str) -> int | None:
    """Read a status code, written as a number or a string; None when it is missing or null."""
    name, value = first(item, *names)
    if value is None:
        return None
    written = value.strip() if isinstance(value, str) else str(value) if _is_whole(value) else ""
    if not _CODE.fullmatch(written):
        raise MalformedEvent(f"{name} is no status code")
    return int(written)


def time_of(item: Json, name: str) -> datetime | None:
    """Read a time as UTC: ISO 8601 with any offset, UTC when it has none, or epoch milliseconds.

    None when it is missing, null, or a text that is no time: a text must not be lost for its date.
    """
    value = item.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        if _is_whole(value) or (isinstance(value, str) and _EPOCH_MS.fullmatch(value)):
            return _EPOCH + timedelta(milliseconds=int(cast("int | str", value)))
        if isinstance(value, str):
            at = datetime.fromisoformat(value.strip())
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    raise MalformedEvent(f"{name} is no time")


def number_of(item: Json, *names: str) -> str:
    """Read a phone number as E.164, whether written so, with 10 digits, or as an address "ptn:/…".

    Numbers of 3 to 8 digits are short codes (banks, parcel services) and stay as they are.
    """
    name, value = first(item, *names)
    if value is None:
        raise MalformedEvent(f"{name} is missing")
    written = str(value) if _is_whole(value) else value
    number = _normalise(written) if isinstance(written, str) else ""
    if not number:
        raise MalformedEvent(f"{name} is no phone number")
    return number


def _normalise(written: str) -> str:
    bare = _ADDRESS.sub("", written.strip(), count=1)
    if written.strip().startswith("device:/"):
        # device:/<line>/<n>: the line itself when n is 0, else one of its text groups.
        bare, _, group = bare.partition("/")
        if group not in ("", "0"):
            return ""
    digits = re.sub(r"[\s().+-]", "", bare)
    if not digits.isascii() or not digits.isdecimal():
        return ""
    if bare.lstrip().startswith("+"):
        return f"+{digits}" if 7 <= len(digits) <= 15 else ""
    if len(digits) == 10:
        return f"+1{digits}"
    if len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    return digits if 3 <= len(digits) <= 8 else ""


def _is_whole(value: object) -> bool:
    # Never a float: an id of 64 bits has lost its end in one.
    return isinstance(value, int) and not isinstance(value, bool)
