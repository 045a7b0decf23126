"""What can be set at the start (arguments, environment) or while running (POST /_sandbox/settings)."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

MOODS = ("at once", "slow", "never", "unavailable")


@dataclass
class Settings:
    host: str = "127.0.0.1"
    port: int = 9900
    data: Path | None = None
    lines: tuple[str, ...] = ()  # made at the start: "+16125550100" or "+16125550100:password"

    latency_ms: int = 0
    pace_per_second: float = 5.0  # per line, at the carrier; 0 = no limit. No published figure: a guess
    transit_ms: int = 300  # from the carrier to the phone
    echo_ms: int = 50  # from the answer of message/send to its "send" event
    receipt_ms: int = 2000  # from delivery to the receipt that confirms it or takes it back
    slow_ms: int = 8000
    mood: str = "at once"  # one of MOODS, for every call

    body_bytes: int = 600  # the last published limit, in bytes
    recipients: int = 50
    payload_bytes: int = 600_000
    login_failure_status: int = 200  # 401: as the dashboard widget saw it
    session_failure: str = "null"  # "null", "desc" or "401": its real form is not known
    optout_refusal: str = "send"  # "progress": accepted, then -1234, as the list of 2015 had it; "never": delivered
    long_body: str = "prefix"  # body of a long inbound text beside its .txt: "prefix" or "empty"
    scheduled_told: str = "both"  # "send" of a scheduled text: at its acceptance and leaving; or only "leaving"
    webhook_form: str = "2020"  # "2019", "2015": older spellings of numbers and dates
    retry_seconds: list[float] = field(default_factory=lambda: [1.0, 5.0, 30.0, 120.0])
    webhook_timeout_seconds: float = 10.0
    webhooks: str = "once"  # every event: "once", "twice", "late" (by up to 3 s, so in disorder) or "dropped"


CHOICES = {
    "mood": MOODS,
    "login_failure_status": (200, 401),
    "session_failure": ("null", "desc", "401"),
    "optout_refusal": ("send", "progress", "never"),
    "long_body": ("prefix", "empty"),
    "scheduled_told": ("both", "leaving"),
    "webhook_form": ("2015", "2019", "2020"),
    "webhooks": ("once", "twice", "late", "dropped"),
}
FIXED = ("host", "port", "data", "lines")


def change(settings: Settings, wishes: dict[str, Any]) -> None:
    """Apply `wishes`, all or none. Raises ValueError that says what is wrong."""
    known = {one.name for one in fields(Settings)} - set(FIXED)
    for name, value in wishes.items():
        if name not in known:
            raise ValueError(f"{name} is not a setting; there are: {', '.join(sorted(known))}")
        _check(name, value)
    for name, value in wishes.items():
        setattr(settings, name, value)


def _check(name: str, value: Any) -> None:
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(map(str, CHOICES[name]))}")
    elif name == "retry_seconds":
        if not isinstance(value, list) or not all(_is_amount(one) for one in value):
            raise ValueError("retry_seconds is a list of seconds")
    elif not _is_amount(value):
        raise ValueError(f"{name} is a number, 0 or more")


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def as_json(settings: Settings) -> dict[str, Any]:
    return {one.name: getattr(settings, one.name) for one in fields(Settings) if one.name not in FIXED}
