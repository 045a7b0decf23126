"""The one place in texting that reads the host's settings: the dictionary TEXTING."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from texting.secrets import Keyring

if TYPE_CHECKING:
    from celery import Celery

    from texting.seam import Audit, LogReader, LogSink

# Longer than any POST (40 s in all) and short enough that a person is told soon.
LEASE = timedelta(seconds=90)
# Below this a slot gives the text back rather than start a POST that could outlive its lease.
LEASE_RESERVE = timedelta(seconds=45)
# For so long in all a line may be held before its texts expire all the same: at the most a day after Send, where nobody
# set `text_life` otherwise.
LONGEST_HELD = timedelta(hours=20)
# ZipWhip's advice for timely delivery.
ADVISED_RECIPIENTS = 50
# An unsent draft is a person's work; after this nobody comes back to it.
DRAFT_LIFE = timedelta(days=90)
WEBHOOK_BODY_LIMIT_BYTES = 256 * 1024
MAX_WEBHOOK_TRIES = 5


class ProviderUrls(NamedTuple):
    api: str
    app: str


def _setting(name: str) -> Any:
    try:
        return settings.TEXTING[name]
    except (AttributeError, KeyError):
        raise ImproperlyConfigured(f"TEXTING[“{name}”] is missing from the settings.") from None


@cache
def _keyring(setting: str) -> Keyring:
    return Keyring.from_setting(setting)


def keyring() -> Keyring:
    return _keyring(_setting("KEYS"))


def provider_urls(name: str) -> ProviderUrls:
    urls = _setting("PROVIDERS").get(name)
    if urls is None:
        raise ImproperlyConfigured(f"TEXTING[“PROVIDERS”] does not name “{name}”.")
    return ProviderUrls(api=urls["url"], app=urls["app_url"])


def public_url() -> str:
    return cast("str", _setting("PUBLIC_URL"))


def line_pace() -> timedelta:
    return cast("timedelta", _setting("LINE_PACE"))


def sender_slots() -> int:
    return cast("int", _setting("SENDER_SLOTS"))


def spool_path() -> Path:
    """Where webhooks wait on disk while the database is down."""
    return Path(_setting("SPOOL"))


def text_life() -> timedelta:
    """After so long what cannot leave expires: a shift text that leaves hours late is worse than none."""
    return cast("timedelta", settings.TEXTING.get("TEXT_LIFE", timedelta(hours=4)))


def hours_to_live() -> int:
    """After how many a text of a line that is held expires."""
    return (text_life() + LONGEST_HELD) // timedelta(hours=1)


def large_selection() -> int:
    """Of more people than these the verdicts and texts are made by a worker, not in a request."""
    return cast("int", settings.TEXTING.get("LARGE_SELECTION", 2_000))


def log_sink() -> LogSink:
    return cast("LogSink", import_string(_setting("LOG_SINK")))


def log_reader() -> LogReader:
    return cast("LogReader", import_string(_setting("LOG_READER")))


def celery_app() -> Celery:
    """The host's, by which the scheduled work is done."""
    return cast("Celery", import_string(_setting("CELERY_APP")))


def audit() -> Audit:
    return cast("Audit", import_string(_setting("AUDIT")))


def metrics_token() -> str:
    """What a scraper has to know; "" is nobody."""
    return cast("str", settings.TEXTING.get("METRICS_TOKEN", ""))
