"""The webhooks a provider holds for a line: registered once each, replaced when outdated, taken down when removed."""

from __future__ import annotations

import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy

from texting import conf
from texting.errors import ProviderError, Refused
from texting.models import Line, LineWebhook, Text
from texting.providers import get_provider
from texting.secrets import CannotDecrypt
from texting.vocabulary import LineState, TextStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from texting.providers.base import Hook, Provider
    from texting.vocabulary import EventKind

logger = logging.getLogger(__name__)


def provider_of(line: Line) -> Provider:
    urls = conf.provider_urls(line.provider)
    return get_provider(line.provider, url=urls.api, app_url=urls.app)


def new_webhook_secret() -> str:
    return secrets.token_urlsafe(32)


def webhook_url(line: Line, event: EventKind) -> str:
    """The address ZipWhip calls for an event of a line; whoever knows it may tell us things, so it is a secret."""
    path = reverse("texting:webhook", args=[line.pk, line.reveal("webhook").reveal(), event.value])
    return conf.public_url() + path


class HookState(models.TextChoices):
    """How an event of a line stands at its provider."""

    REGISTERED = "registered", gettext_lazy("Registered")
    MISSING = "missing", gettext_lazy("Missing")
    ELSEWHERE = "elsewhere", gettext_lazy("Points elsewhere")
    DOUBLED = "doubled", gettext_lazy("Registered more than once")


@dataclass(frozen=True)
class EventHooks:
    """The hooks of one event: `good` ones lead here, `stale` ones are ours of another time or another address."""

    event: EventKind
    good: tuple[Hook, ...] = ()
    stale: tuple[Hook, ...] = ()

    @property
    def state(self) -> HookState:
        if not self.good:
            return HookState.ELSEWHERE if self.stale else HookState.MISSING
        return HookState.DOUBLED if len(self.good) + len(self.stale) > 1 else HookState.REGISTERED

    @property
    def is_right(self) -> bool:
        return self.state == HookState.REGISTERED


@dataclass(frozen=True)
class LineHooks:
    """What a provider holds for a line; `foreign_count` webhooks are of other programs, and none of our business."""

    events: tuple[EventHooks, ...]
    foreign_count: int

    @property
    def is_right(self) -> bool:
        return all(one.is_right for one in self.events)


def inspect_hooks(line: Line) -> LineHooks:
    """Ask the provider. Ours are those that we once registered ourselves, and those that lead to this line.

    Also to this line on another host: that may be the installation at work, and this a copy of it that is older than
    its webhooks. Raises ProviderError, CannotDecrypt.
    """
    provider = provider_of(line)
    urls = {event: webhook_url(line, event) for event in provider.events}
    known = dict(line.webhooks.values_list("provider_hook_id", "event"))
    good: dict[EventKind, list[Hook]] = {event: [] for event in urls}
    stale: dict[EventKind, list[Hook]] = {event: [] for event in urls}
    foreign_count = 0
    for hook in provider.list_hooks(line.reveal("session").reveal()):
        event = hook.event or _event_of(known.get(hook.provider_id, ""), urls)
        if event in urls and hook.url == urls[event]:
            good[event].append(hook)
        elif event in urls and (_path_of(line) in hook.url or hook.provider_id in known):
            stale[event].append(hook)
        else:
            foreign_count += 1
    events = tuple(EventHooks(event, tuple(good[event]), tuple(stale[event])) for event in urls)
    return LineHooks(events, foreign_count)


def note_hooks(line: Line) -> LineHooks:
    """Ask the provider, and keep which good ones it holds: what we tell of a line goes by that.

    Raises ProviderError, CannotDecrypt.
    """
    found = inspect_hooks(line)
    _note(line, found)
    return found


def keep_hooks(line: Line) -> bool:
    """Ask, and register again what is missing; True when all is right. For who looks regularly, and not for a person.

    Nothing is done while a webhook of ours leads to another address: this may be the copy of an installation at work.
    Raises ProviderError, CannotDecrypt.
    """
    found, here = note_hooks(line), _address_of(line)
    leads_elsewhere = any(not hook.url.startswith(here) for hooks in found.events for hook in hooks.stale)
    return found.is_right or (not leads_elsewhere and register_hooks(line))


def register_hooks(line: Line) -> bool:
    """Register what is missing and take down what leads here and is outdated or doubled; True when all is right.

    What we registered under another address of ours is left alone: a copy of this installation, set up somewhere else
    to try something, must not cut off the one at work.
    """
    here = _address_of(line)
    return _put_right(line, lambda hook: hook.url.startswith(here))


def repair_hooks(line: Line) -> bool:
    """Also take down what we registered under another address; for a person who has seen that."""
    return _put_right(line, lambda hook: True)


def _put_right(line: Line, may_take_down: Callable[[Hook], bool]) -> bool:
    session_key = _session_key(line)
    if not session_key:
        return False
    provider = provider_of(line)
    _renew_unreadable_secret(line)
    try:
        found = note_hooks(line)
        if not Line.objects.filter(pk=line.pk, webhook_token=line.webhook_token).exists():
            # It was added again meanwhile: what seems outdated is what leads here now.
            return False
        for hooks in found.events:
            for hook in filter(may_take_down, (*hooks.good[1:], *hooks.stale)):
                _take_down(provider, session_key, hook.provider_id)
        for hooks in found.events:
            if not hooks.good:
                _register(provider, line, session_key, hooks.event)
    except ProviderError as error:
        logger.warning("line %s: webhooks are not all registered: %s", line.pk, error)
        return False
    return True


def take_down_hooks(line: Line) -> None:
    """As far as the provider can be reached; one that stays tells us of a removed line, which does no harm.

    A provider may take its time, and the line may be added again meanwhile: what is registered then stays.
    """
    session_key = _session_key(line)
    if not session_key:
        return
    provider = provider_of(line)
    # Read before it is asked whether the line is still removed: so they are of the time before that.
    held = list(line.webhooks.filter(leads_here=True))
    try:
        for hook in held:
            if not _is_still_removed(line):
                return
            _take_down(provider, session_key, hook.provider_hook_id)
            line.webhooks.filter(pk=hook.pk, provider_hook_id=hook.provider_hook_id).delete()
    except ProviderError as error:
        logger.warning("line %s: its webhooks could not be taken down: %s", line.pk, error)


def log_out(line: Line) -> None:
    """End the session of a removed line, as far as the provider can be reached; not while it is needed to ask with."""
    session_key = _session_key(line)
    if not session_key or _is_asked_about(line) or not _is_still_removed(line):
        return
    try:
        provider_of(line).logout(session_key)
    except ProviderError as error:
        logger.warning("line %s: its session could not be ended: %s", line.pk, error)
        return
    # Unless it was connected again meanwhile.
    ended = Line.objects.filter(pk=line.pk, session_token=line.session_token)
    ended.update(session_token="")  # nosec B106 - none, not a password


def end_removed() -> None:
    """What could not be ended when lines were removed, for their provider was away or still to be asked."""
    for line in Line.objects.filter(state=LineState.REMOVED).exclude(session_token=""):  # nosec B106 - none
        take_down_hooks(line)
        log_out(line)


def _is_still_removed(line: Line) -> bool:
    """Whether it was neither added again nor given another session since it was read."""
    return Line.objects.filter(pk=line.pk, state=LineState.REMOVED, session_version=line.session_version).exists()


def _is_asked_about(line: Line) -> bool:
    """Whether its provider is still to say what became of a text, or to hand over a file."""
    unclear = Q(status=TextStatus.UNCONFIRMED, next_look_at__isnull=False)
    on_the_way = Q(status__in=[TextStatus.SENDING, TextStatus.SCHEDULED])
    return Text.objects.filter(unclear | on_the_way | Q(attachments_pending=True), line=line).exists()


def _session_key(line: Line) -> str:
    """ "" without a session, or when the key it was encrypted with is gone: the next login gives another."""
    if not line.session_token:
        return ""
    try:
        return line.reveal("session").reveal()
    except CannotDecrypt:
        logger.exception("line %s: its session key cannot be read", line.pk)
        return ""


def _renew_unreadable_secret(line: Line) -> None:
    """What comes in with a secret that nobody can read is refused anyway, so another one makes its hooks outdated."""
    try:
        line.reveal("webhook")
    except CannotDecrypt:
        logger.exception("line %s: its webhook secret cannot be read, and is made anew", line.pk)
        line.set_secret("webhook", new_webhook_secret())
        line.save(update_fields=["webhook_token"])


def _take_down(provider: Provider, session_key: str, hook_id: str) -> None:
    # Refused: somebody took it down in ZipWhip's own app.
    with suppress(Refused):
        provider.delete_hook(session_key, hook_id)


def _address_of(line: Line) -> str:
    """What the addresses of a line's webhooks begin with, whatever the secret."""
    return conf.public_url() + _path_of(line)


def _path_of(line: Line) -> str:
    return reverse("texting:webhook", args=[line.pk, "secret", "event"]).removesuffix("secret/event")


def _event_of(value: str, events: Iterable[EventKind]) -> EventKind | None:
    return next((event for event in events if event.value == value), None)


def _note(line: Line, found: LineHooks) -> None:
    for hooks in found.events:
        ours = line.webhooks.filter(event=hooks.event)
        if hooks.good:
            held = {"provider_hook_id": hooks.good[0].provider_id, "leads_here": True}
            LineWebhook.objects.update_or_create(line=line, event=hooks.event, defaults=held)
        elif hooks.stale:
            ours.update(leads_here=False)
        else:
            ours.delete()


def _register(provider: Provider, line: Line, session_key: str, event: EventKind) -> None:
    hook = provider.add_hook(session_key, event, webhook_url(line, event))
    held = {"provider_hook_id": hook.provider_id, "leads_here": True}
    if line.webhooks.filter(event=event, leads_here=False).update(**held):
        return
    stored, _ = LineWebhook.objects.get_or_create(line=line, event=event, defaults=held)
    # Who listed the hooks meanwhile may have stored this very one.
    if stored.provider_hook_id != hook.provider_id:
        # Someone else was quicker, a second click for example: one hook an event is enough.
        _take_down(provider, session_key, hook.provider_id)
