"""The webhooks a provider holds for a line: registered once each, replaced when outdated, taken down when removed."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from django.urls import reverse

from texting import conf
from texting.errors import ProviderError, Refused
from texting.models import LineWebhook
from texting.providers import get_provider

if TYPE_CHECKING:
    from texting.models import Line
    from texting.providers.base import Provider
    from texting.vocabulary import EventKind

logger = logging.getLogger(__name__)


def provider_of(line: Line) -> Provider:
    urls = conf.provider_urls(line.provider)
    return get_provider(line.provider, url=urls.api, app_url=urls.app)


def webhook_url(line: Line, event: EventKind) -> str:
    """The address ZipWhip calls for an event of a line; whoever knows it may tell us things, so it is a secret."""
    path = reverse("texting:webhook", args=[line.pk, line.reveal("webhook").reveal(), event.value])
    return conf.public_url() + path


def register_hooks(line: Line) -> bool:
    """Register what is missing; True when all are there.

    Hooks of ours that point elsewhere (an old secret, another address) are replaced, other people's are left alone.
    """
    if not line.session_token:
        return False
    provider = provider_of(line)
    session_key = line.reveal("session").reveal()
    urls = {event: webhook_url(line, event) for event in provider.events}
    try:
        _sweep(provider, line, session_key, urls)
        have = set(line.webhooks.values_list("event", flat=True))
        for event in provider.events:
            if event not in have:
                _register(provider, line, session_key, event)
    except ProviderError as error:
        logger.warning("line %s: webhooks are not all registered: %s", line.pk, error)
        return False
    return True


def take_down_hooks(line: Line) -> None:
    """As far as the provider can be reached; one that stays tells us of a removed line, which does no harm."""
    if not line.session_token:
        return
    provider = provider_of(line)
    session_key = line.reveal("session").reveal()
    try:
        for hook in line.webhooks.all():
            _take_down(provider, session_key, hook.provider_hook_id)
            hook.delete()
    except ProviderError as error:
        logger.warning("line %s: its webhooks could not be taken down: %s", line.pk, error)


def _take_down(provider: Provider, session_key: str, hook_id: str) -> None:
    # Refused: somebody took it down in ZipWhip's own app.
    with suppress(Refused):
        provider.delete_hook(session_key, hook_id)


def _sweep(provider: Provider, line: Line, session_key: str, urls: dict[EventKind, str]) -> None:
    """Take down our hooks that are outdated or doubled, and note which good ones the provider holds."""
    ours = conf.public_url() + reverse("texting:webhook", args=[line.pk, "secret", "event"]).removesuffix(
        "secret/event"
    )
    good: dict[EventKind, str] = {}
    for hook in provider.list_hooks(session_key):
        if not hook.url.startswith(ours):
            continue
        if hook.event and hook.url == urls.get(hook.event) and hook.event not in good:
            good[hook.event] = hook.provider_id
        else:
            _take_down(provider, session_key, hook.provider_id)
    line.webhooks.exclude(provider_hook_id__in=good.values()).delete()
    for event, hook_id in good.items():
        LineWebhook.objects.get_or_create(line=line, event=event, defaults={"provider_hook_id": hook_id})


def _register(provider: Provider, line: Line, session_key: str, event: EventKind) -> None:
    hook = provider.add_hook(session_key, event, webhook_url(line, event))
    _, is_new = LineWebhook.objects.get_or_create(
        line=line, event=event, defaults={"provider_hook_id": hook.provider_id}
    )
    if not is_new:
        # Someone else was quicker, a second click for example: one hook an event is enough.
        _take_down(provider, session_key, hook.provider_id)
