"""What a host has forgotten, said at its start (`manage.py check`) rather than on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from texting import conf, seam
from texting.addresses import provider_in_the_clear
from texting.secrets import InvalidKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.apps import AppConfig
    from django.core.checks import CheckMessage

APPS = ("texting.frame", "django_htmx", "django.contrib.humanize", "django.contrib.messages", "django.forms")
MIDDLEWARE = (
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)
SETTINGS: dict[str, Callable[[], object]] = {
    "KEYS": conf.keyring,
    "PUBLIC_URL": conf.public_url,
    "PROVIDERS": lambda: conf.provider_urls("zipwhip"),
    "LOG_SINK": conf.log_sink,
    "LOG_READER": conf.log_reader,
    "AUDIT": conf.audit,
    "CELERY_APP": conf.celery_app,
    "LINE_PACE": conf.line_pace,
    "SENDER_SLOTS": conf.sender_slots,
    "SPOOL": conf.spool_path,
}
HINT = "Call texting.seam.register_… in an AppConfig’s ready()."


def host_is_complete(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    return [*_missing_apps(), *_broken_settings(), *_nothing_registered()]


def provider_is_reached_encrypted(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    url = provider_in_the_clear()
    if url is None:
        return []
    words = f"{url} is not encrypted: who listens learns the passwords of lines."
    return [Error(words, hint="Name the provider’s address with https.", id="texting.E005")]


def _missing_apps() -> Iterator[CheckMessage]:
    for name in APPS:
        if not apps.is_installed(name):
            yield Error(
                f"{name} is not in INSTALLED_APPS.", hint="texting’s pages are made with it.", id="texting.E001"
            )
    used = [import_string(path) for path in settings.MIDDLEWARE]
    for path in MIDDLEWARE:
        wanted = import_string(path)
        if not any(found is wanted or (isinstance(found, type) and issubclass(found, wanted)) for found in used):
            yield Error(f"{path} is not in MIDDLEWARE.", hint="texting’s views rely on it.", id="texting.E002")
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        yield Error("texting needs PostgreSQL: its queue is made of that database’s locks.", id="texting.E003")


def _broken_settings() -> Iterator[CheckMessage]:
    for name, read in SETTINGS.items():
        try:
            read()
        except (ImproperlyConfigured, InvalidKeys, ImportError) as error:
            yield Error(f"TEXTING[“{name}”]: {error}", id="texting.E004")


def _nothing_registered() -> Iterator[CheckMessage]:
    if not seam.record_types():
        yield Warning("No record type is registered, so nobody can be texted.", hint=HINT, id="texting.W001")
    if not seam.owner_kinds():
        yield Warning("No kind of line owner is registered, so no line can be added.", hint=HINT, id="texting.W002")
