"""Connect a line: log in, register webhooks. And which lines a user may send from."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from texting import conf, seam
from texting.errors import LineProblem, NotSent, ProviderError, TextingError
from texting.models import Line, LineWebhook, Text
from texting.numbers import format_number
from texting.providers import get_provider
from texting.vocabulary import EventKind, LineState, PauseReason, Reason, TextStatus

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AbstractUser

    from texting.providers.base import Provider
    from texting.seam import Owner

logger = logging.getLogger(__name__)

# A session that dies again so soon after a login will not live longer for one more.
SECOND_LOSS = timedelta(minutes=10)
# While one process logs in, the others leave the line alone.
RENEWAL_LEASE = timedelta(seconds=60)


class LineTaken(TextingError):
    """The number is connected already. `line` is what it is connected as."""

    def __init__(self, line: Line) -> None:
        super().__init__(f"line {line.pk} has this number")
        self.line = line


class ConnectionFailed(TextingError):
    """No line was made or changed. `words` tell a person what to do; `field` is the form field that is wrong, or ""."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


@dataclass(frozen=True)
class Credentials:
    """What the form asks for. `number` is the line's, in E.164; `username` as ZipWhip wants it: digits or name@digits."""

    owner: Owner
    number: str
    username: str
    password: str


def provider_of(line: Line) -> Provider:
    urls = conf.provider_urls(line.provider)
    return get_provider(line.provider, url=urls.api, app_url=urls.app)


def for_user(user: AbstractUser) -> list[Line]:
    """The lines a user may send from, best first: own, home branch, granted branches; not the removed ones."""
    owners = seam.owners_for(user)
    rank = {owner: position for position, owner in enumerate(owners)}
    lines = Line.objects.in_use().owned_by(owners).exclude(state=LineState.CONNECTING)
    return sorted(lines, key=lambda line: (rank[line.owner], line.number))


def connect(user: AbstractUser, credentials: Credentials) -> Line:
    """Connect a line, new or removed before: log in, see whose it is, register webhooks.

    The line is committed as connecting first; a failed login leaves nothing behind. A webhook that could not be
    registered leaves it connecting: `finish_connecting` goes on from there. Raises LineTaken, ConnectionFailed.
    """
    line, is_new = _reserve(user, credentials)
    provider = provider_of(line)
    try:
        session_key = _log_in(provider, credentials)
    except ConnectionFailed:
        _undo(line, is_new)
        raise
    _keep_session(line, session_key)
    conf.audit()(
        actor_id=user.pk,
        action="line.connected",
        subject=f"line:{line.pk}",
        facts={"owner_kind": line.owner_kind, "owner_id": line.owner_id},
    )
    finish_connecting(line)
    return line


def change_password(user: AbstractUser, line: Line, *, username: str, password: str) -> None:
    """Log in with new credentials and go on with them; the old ones stay when that fails. Raises ConnectionFailed."""
    credentials = Credentials(line.owner, line.number, username, password)
    session_key = _log_in(provider_of(line), credentials)
    line.username = username
    line.set_secret("password", password)
    line.save(update_fields=["username", "password_token"])
    _keep_session(line, session_key)
    conf.audit()(actor_id=user.pk, action="line.password_changed", subject=f"line:{line.pk}", facts={})
    finish_connecting(line)


def change_owner(user: AbstractUser, line: Line, owner: Owner) -> None:
    line.owner_kind, line.owner_id = owner
    line.save(update_fields=["owner_kind", "owner_id"])
    conf.audit()(
        actor_id=user.pk,
        action="line.owner_changed",
        subject=f"line:{line.pk}",
        facts={"owner_kind": owner.kind, "owner_id": owner.owner_id},
    )


def finish_connecting(line: Line) -> bool:
    """Register the webhooks that are missing; True, and the line connected, when all are there.

    Hooks of ours that point elsewhere (an old secret, another address) are replaced, other people's are left alone.
    """
    provider = provider_of(line)
    session_key = line.reveal("session").reveal()
    urls = {event: webhook_url(line, event) for event in provider.events}
    try:
        _sweep_hooks(provider, line, session_key, urls)
        have = set(line.webhooks.values_list("event", flat=True))
        for event in provider.events:
            if event not in have:
                hook = provider.add_hook(session_key, event, urls[event])
                LineWebhook.objects.create(line=line, event=event, provider_hook_id=hook.provider_id)
    except ProviderError as error:
        logger.warning("line %s: webhooks are not all registered: %s", line.pk, error)
        return False
    Line.objects.filter(pk=line.pk).exclude(state=LineState.REMOVED).update(
        state=LineState.CONNECTED, pause_reason="", state_changed_at=Now(), last_contact_at=Now()
    )
    line.refresh_from_db()
    return True


def check(line: Line) -> None:
    """Ask ZipWhip whether the line's session is alive, logging in anew if not. Raises ConnectionFailed."""
    provider = provider_of(line)
    try:
        provider.get_account(line.reveal("session").reveal())
    except (LineProblem, NotSent):
        number, username = line.number, line.username
        password = line.reveal("password").reveal()
        _keep_session(line, _log_in(provider, Credentials(line.owner, number, username, password)))
    except ProviderError as error:
        raise ConnectionFailed("ZipWhip answered, but not in a way we understand. Try again in a minute.") from error
    Line.objects.filter(pk=line.pk).update(last_contact_at=Now())


def pause(user: AbstractUser, line: Line, *, now: datetime) -> None:
    if Line.pause(line.pk, PauseReason.BY_HAND, now=now):
        conf.audit()(actor_id=user.pk, action="line.paused", subject=f"line:{line.pk}", facts={})


def resume(user: AbstractUser, line: Line) -> bool:
    """Let a paused line go on, once it is known to be well. Raises ConnectionFailed."""
    check(line)
    conf.audit()(actor_id=user.pk, action="line.resumed", subject=f"line:{line.pk}", facts={})
    return finish_connecting(line)


def remove(user: AbstractUser, line: Line, *, now: datetime) -> int:
    """Take a line out of use; return how many queued texts were blocked. Its history stays.

    Its webhooks are taken down at the provider where that works; texts that still come in are taken in.
    """
    with transaction.atomic():
        Line.objects.select_for_update(no_key=True).get(pk=line.pk)
        Line.objects.filter(pk=line.pk).update(state=LineState.REMOVED, pause_reason="", state_changed_at=now)
        blocked_count = Text.objects.filter(line=line, status=TextStatus.QUEUED).update(
            status=TextStatus.BLOCKED, reason=Reason.LINE_REMOVED, status_at=now
        )
        conf.audit()(
            actor_id=user.pk, action="line.removed", subject=f"line:{line.pk}", facts={"blocked": blocked_count}
        )
    _take_down_hooks(line)
    return blocked_count


def renew_session(line_id: int, session_version: int) -> None:
    """Log in again for a session found dead: one process does, and a second loss within minutes pauses the line."""
    won = (
        Line.objects.filter(pk=line_id, session_version=session_version, state=LineState.CONNECTED)
        .filter(Q(session_renewed_at__isnull=True) | Q(session_renewed_at__lt=Now() - SECOND_LOSS))
        .update(
            session_version=F("session_version") + 1,
            session_renewed_at=Now(),
            next_free_at=Now() + RENEWAL_LEASE,
        )
    )
    line = Line.objects.get(pk=line_id)
    if not won:
        if line.session_version == session_version:
            pause_for(line, PauseReason.SESSION_LOST)
        return
    provider = provider_of(line)
    try:
        session = provider.login(line.username, line.reveal("password").reveal())
    except LineProblem as error:
        pause_for(line, error.reason)
        return
    except ProviderError as error:
        logger.warning("line %s: could not log in again: %s", line_id, error)
        Line.objects.filter(pk=line_id).update(session_renewed_at=None)
        return
    line.set_secret("session", session.key)
    Line.objects.filter(pk=line_id).update(
        session_token=line.session_token, next_free_at=Now(), last_contact_at=Now()
    )


def pause_for(line: Line, reason: PauseReason) -> None:
    """Stop a line for a problem of its own, and say so once."""
    changed = Line.objects.filter(pk=line.pk, state=LineState.CONNECTED).update(
        state=LineState.PAUSED, pause_reason=reason, state_changed_at=Now()
    )
    if changed:
        logger.error("line %s is paused: %s", line.pk, reason.label)
        conf.audit()(actor_id=None, action="line.paused", subject=f"line:{line.pk}", facts={"reason": reason.value})


def webhook_url(line: Line, event: EventKind) -> str:
    """The address ZipWhip calls for an event of a line; whoever knows it may tell us things, so it is a secret."""
    path = reverse("texting:webhook", args=[line.pk, line.reveal("webhook").reveal(), event.value])
    return conf.public_url() + path


def _reserve(user: AbstractUser, credentials: Credentials) -> tuple[Line, bool]:
    with transaction.atomic():
        line = Line.objects.select_for_update().filter(number=credentials.number).first()
        if line and line.state != LineState.REMOVED:
            raise LineTaken(line)
        is_new = line is None
        line = line or Line(number=credentials.number, owner_kind="", owner_id=0, created_by=user)
        line.owner_kind, line.owner_id = credentials.owner
        line.username = credentials.username
        line.state = LineState.CONNECTING
        line.state_changed_at = Now()
        line.save()
        line.set_secret("password", credentials.password)
        line.set_secret("webhook", secrets.token_urlsafe(32))
        line.save(update_fields=["password_token", "webhook_token"])
        line.webhooks.all().delete()
    return line, is_new


def _undo(line: Line, is_new: bool) -> None:
    if is_new:
        line.delete()
    else:
        Line.objects.filter(pk=line.pk).update(state=LineState.REMOVED, state_changed_at=Now())


def _log_in(provider: Provider, credentials: Credentials) -> str:
    try:
        session = provider.login(credentials.username, credentials.password)
        account = provider.get_account(session.key)
    except LineProblem as error:
        raise ConnectionFailed(
            "ZipWhip refused this username and password. Check both in ZipWhip’s own app.", "password"
        ) from error
    except ProviderError as error:
        raise ConnectionFailed(
            "ZipWhip cannot be reached right now, so nothing was saved. Try again in a few minutes."
        ) from error
    if account.number != credentials.number:
        raise ConnectionFailed(
            f"ZipWhip says these credentials belong to {format_number(account.number)}. "
            "Enter that number’s own username.",
            "username",
        )
    return session.key


def _keep_session(line: Line, session_key: str) -> None:
    line.set_secret("session", session_key)
    Line.objects.filter(pk=line.pk).update(
        session_token=line.session_token,
        session_version=F("session_version") + 1,
        session_renewed_at=None,
        last_contact_at=Now(),
    )
    line.refresh_from_db()


def _sweep_hooks(provider: Provider, line: Line, session_key: str, urls: dict[EventKind, str]) -> None:
    """Take down our hooks that are outdated or doubled, and note which good ones the provider holds."""
    ours = conf.public_url() + reverse("texting:webhook", args=[line.pk, "secret", "event"]).removesuffix("secret/event")
    good: dict[EventKind, str] = {}
    for hook in provider.list_hooks(session_key):
        if not hook.url.startswith(ours):
            continue
        if hook.event and hook.url == urls.get(hook.event) and hook.event not in good:
            good[hook.event] = hook.provider_id
        else:
            provider.delete_hook(session_key, hook.provider_id)
    line.webhooks.exclude(provider_hook_id__in=good.values()).delete()
    for event, hook_id in good.items():
        LineWebhook.objects.get_or_create(line=line, event=event, defaults={"provider_hook_id": hook_id})


def _take_down_hooks(line: Line) -> None:
    try:
        provider = provider_of(line)
        session_key = line.reveal("session").reveal()
        for hook in line.webhooks.all():
            provider.delete_hook(session_key, hook.provider_hook_id)
            hook.delete()
    except ProviderError as error:
        logger.warning("line %s: its webhooks could not be taken down: %s", line.pk, error)
