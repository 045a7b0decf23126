"""Connect a line: log in, register webhooks. And which lines a user may send from."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from texting import conf, seam
from texting.errors import LineProblem, ProviderError, SessionLost, TextingError
from texting.line_hooks import log_out, new_webhook_secret, register_hooks, repair_hooks, take_down_hooks
from texting.line_hooks import provider_of as provider_of
from texting.line_sessions import pause_for
from texting.models import Batch, Line, Text
from texting.numbers import format_number
from texting.secrets import CannotDecrypt
from texting.vocabulary import LineState, PauseReason, Reason, TextStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from django.contrib.auth.models import AbstractUser

    from texting.providers.base import Provider
    from texting.seam import Owner

logger = logging.getLogger(__name__)

# What connecting again changes on a removed line, to be put back when it fails.
_RESERVED = ["owner_kind", "owner_id", "username", "password_token", "webhook_token", "state", "state_changed_at"]


class LineTaken(TextingError):
    """The number is connected already. `line` is what it is connected as."""

    def __init__(self, line: Line) -> None:
        super().__init__(f"line {line.pk} has this number")
        self.line = line


class LineGuarded(TextingError):
    """Nobody knows yet which of the line's queued texts have left: nothing was done."""


class ConnectionFailed(TextingError):
    """No line was made or changed.

    `words` tell a person what to do; `field` is the form field that is wrong, or "". `reason` is set when it is the
    account that is to blame, and not the moment.
    """

    def __init__(self, words: str, field: str = "", reason: PauseReason | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Credentials:
    """What the form asks for. `number` is the line's, in E.164; `username` is digits, or an operator's name@digits."""

    owner: Owner
    number: str
    username: str
    password: str


def app_url(line: Line, number: str = "") -> str:
    """Where one goes on in the provider's own app, with the conversation with `number` open when one is given.

    A plain link, never with a session key.
    """
    return provider_of(line).conversation_url(number) if number else conf.provider_urls(line.provider).app


def for_user(user: AbstractUser) -> list[Line]:
    """The lines a user may send from now, best first: own, home branch, granted branches; not the removed ones.

    Asked when a text is written, in the transaction that sends it, and, with who is texted, when it is made.
    """
    return [line for line in entitled_to(user) if line.state != LineState.CONNECTING]


def entitled_to(user: AbstractUser) -> list[Line]:
    """The lines whose queue may hold texts of a user's, also one that is being connected again."""
    return of_user(user) if user.has_perm("texting.send") else []


def of_user(user: AbstractUser) -> list[Line]:
    """The lines that would be a user's to send from, in the order of `for_user`, whatever keeps them from it now."""
    owners = seam.owners_for(user)
    rank = {owner: position for position, owner in enumerate(owners)}
    lines = Line.objects.in_use().owned_by(owners)
    return sorted(lines, key=lambda line: (rank[line.owner], line.number))


def may_read(user: AbstractUser, line: Line) -> bool:
    """Whether `user` may read whatever comes to a line, as in the inbox."""
    if not user.has_perm("texting.send"):
        return False
    return user.has_perm("texting.manage_lines") or line.owner in seam.owners_for(user)


def connect(user: AbstractUser, credentials: Credentials) -> Line:
    """Connect a line, new or removed before: log in, see whose it is, register webhooks.

    The line is committed as connecting first; a failed login leaves no line behind, and a removed one as it was.
    A webhook that could not be registered leaves it connecting: `finish_connecting` goes on from there. Raises
    LineTaken, ConnectionFailed.
    """
    line, before = _reserve(user, credentials)
    try:
        session_key = _log_in(provider_of(line), credentials)
    except ConnectionFailed:
        _undo(line, before)
        raise
    with transaction.atomic():
        _keep_session(line, session_key)
        _record(user, "line.connected", line, {"owner_kind": line.owner_kind, "owner_id": line.owner_id})
    finish_connecting(line)
    return line


def change_password(user: AbstractUser, line: Line, *, username: str, password: str) -> None:
    """Log in with new credentials and go on with them; the old ones stay when that fails. Raises ConnectionFailed.

    A line that was paused for a problem goes on; one that was paused by hand stays paused.
    """
    session_key = _log_in(provider_of(line), Credentials(line.owner, line.number, username, password))
    with transaction.atomic():
        line.username = username
        line.set_secret("password", password)
        line.save(update_fields=["username", "password_token"])
        _keep_session(line, session_key)
        _record(user, "line.password_changed", line, {})
    if line.pause_reason != PauseReason.BY_HAND and register_hooks(line):
        _mark_connected(line, [LineState.CONNECTING, LineState.PAUSED])


def change_owner(user: AbstractUser, line: Line, owner: Owner) -> None:
    line.owner_kind, line.owner_id = owner
    with transaction.atomic():
        line.save(update_fields=["owner_kind", "owner_id"])
        _record(user, "line.owner_changed", line, {"owner_kind": owner.kind, "owner_id": owner.owner_id})


def finish_connecting(line: Line) -> bool:
    """Register the webhooks that are missing; True when all are there. A paused line stays paused."""
    if not register_hooks(line):
        return False
    _mark_connected(line, [LineState.CONNECTING])
    return True


def check(line: Line) -> None:
    """Ask ZipWhip whether the line's session is alive, logging in anew if not. Raises ConnectionFailed.

    A line whose account turns out to have a problem is paused.
    """
    try:
        if not _is_alive(line):
            session_key = _log_in(
                provider_of(line), Credentials(line.owner, line.number, line.username, stored_password(line))
            )
            _keep_session(line, session_key)
    except ConnectionFailed as failure:
        if failure.reason:
            pause_for(line, failure.reason)
        raise
    Line.objects.filter(pk=line.pk).update(last_contact_at=Now())


def stored_password(line: Line) -> str:
    """Raises ConnectionFailed when the key it was encrypted with is gone."""
    try:
        return line.reveal("password").reveal()
    except CannotDecrypt as error:
        logger.exception("line %s: its password cannot be read", line.pk)
        words = _(
            "The stored password cannot be read any more, because the key it was encrypted with is gone. "
            "Enter the password again, or have the key put back."
        )
        raise ConnectionFailed(words, "password", PauseReason.KEYS_LOST) from error


def repair(user: AbstractUser, line: Line) -> bool:
    """Put the line's webhooks right; False when ZipWhip did not let us. Raises ConnectionFailed."""
    check(line)
    is_right = repair_hooks(line)
    if is_right:
        _mark_connected(line, [LineState.CONNECTING])
    with transaction.atomic():
        _record(user, "line.webhooks_repaired", line, {"is_right": is_right})
    return is_right


def pause(user: AbstractUser, line: Line, *, now: datetime) -> bool:
    """Stop a line by hand; False when it was not in use."""
    with transaction.atomic():
        is_paused = Line.pause(line.pk, PauseReason.BY_HAND, now=now)
        if is_paused:
            _record(user, "line.paused", line, {"reason": PauseReason.BY_HAND.value})
    return is_paused


def resume(user: AbstractUser, line: Line) -> bool:
    """Let a paused line go on once it is well; False when webhooks are missing. Raises ConnectionFailed."""
    check(line)
    if not register_hooks(line):
        return False
    with transaction.atomic():
        if _mark_connected(line, [LineState.PAUSED]):
            _record(user, "line.resumed", line, {})
    return True


def remove(user: AbstractUser, line: Line, *, now: datetime) -> int:
    """Take a line out of use; return how many queued texts were blocked. Its history stays.

    Its webhooks are taken down and its session ended at the provider where that works; texts that still come in are
    taken in. The session is kept while something is still to be asked: see `end_removed`. Raises LineGuarded.
    """
    with transaction.atomic():
        locked = Line.objects.select_for_update(no_key=True).get(pk=line.pk)
        if locked.state == LineState.REMOVED:
            return 0
        if locked.guarded_since and _has_texts_to_send(line):
            raise LineGuarded
        Line.objects.filter(pk=line.pk).update(state=LineState.REMOVED, pause_reason="", state_changed_at=now)
        blocked_count = Text.objects.filter(line=line).stop(TextStatus.BLOCKED, Reason.LINE_REMOVED)
        _record(user, "line.removed", line, {"blocked": blocked_count})
    take_down_hooks(locked)
    log_out(locked)
    return blocked_count


def _has_texts_to_send(line: Line) -> bool:
    return Text.objects.queued().filter(line=line).exists() or Batch.objects.filter(line=line, is_pending=True).exists()


def _record(user: AbstractUser, action: str, line: Line, facts: dict[str, Any]) -> None:
    conf.audit()(actor_id=user.pk, action=action, subject=f"line:{line.pk}", facts=facts)


def _reserve(user: AbstractUser, credentials: Credentials) -> tuple[Line, dict[str, Any]]:
    """The line, committed as connecting; and what it was before, {} for a new one."""
    try:
        with transaction.atomic():
            line = Line.objects.select_for_update().filter(number=credentials.number).first()
            if line and line.state != LineState.REMOVED:
                raise LineTaken(line)
            before = {field: getattr(line, field) for field in _RESERVED} if line else {}
            line = line or Line(number=credentials.number, owner_kind="", owner_id=0, created_by_id=user.pk)
            line.owner_kind, line.owner_id = credentials.owner
            line.username = credentials.username
            line.state = LineState.CONNECTING
            line.state_changed_at = Now()
            line.save()
            line.set_secret("password", credentials.password)
            line.set_secret("webhook", new_webhook_secret())
            line.save(update_fields=["password_token", "webhook_token"])
    except IntegrityError as error:
        # Two at once: the other one was quicker.
        raise LineTaken(Line.objects.get(number=credentials.number)) from error
    return line, before


def _undo(line: Line, before: dict[str, Any]) -> None:
    if before:
        Line.objects.filter(pk=line.pk).update(**before)
    else:
        line.delete()


def _is_alive(line: Line) -> bool:
    """Raises ConnectionFailed when nobody can tell."""
    if not line.session_token:
        return False
    try:
        account = provider_of(line).get_account(line.reveal("session").reveal())
    except (SessionLost, LineProblem, CannotDecrypt):
        return False
    except ProviderError as error:
        raise _unreachable() from error
    return account.number == line.number


def _log_in(provider: Provider, credentials: Credentials) -> str:
    try:
        session = provider.login(credentials.username, credentials.password)
        account = provider.get_account(session.key)
    except LineProblem as error:
        raise _account_problem(error) from error
    except ProviderError as error:
        raise _unreachable() from error
    if account.number != credentials.number:
        words = _("ZipWhip says these credentials belong to %(number)s. Enter that number’s own username.")
        raise ConnectionFailed(words % {"number": format_number(account.number)}, "username", PauseReason.OTHER_LINE)
    return session.key


def _account_problem(error: LineProblem) -> ConnectionFailed:
    if error.reason == PauseReason.WRONG_PASSWORD:
        words = _("ZipWhip refused this username and password. Check both in ZipWhip’s own app.")
        return ConnectionFailed(words, "password", error.reason)
    words = _("%(problem)s. Ask ZipWhip’s support what to do.") % {"problem": error.reason.label}
    return ConnectionFailed(words, "", error.reason)


def _unreachable() -> ConnectionFailed:
    return ConnectionFailed(_("ZipWhip cannot be reached right now. Try again in a few minutes."))


def _mark_connected(line: Line, states: Sequence[LineState]) -> bool:
    changed = Line.objects.filter(pk=line.pk, state__in=states).update(
        state=LineState.CONNECTED,
        pause_reason="",
        state_changed_at=Now(),
        last_contact_at=Now(),
        # Whoever let it send again knew of those before.
        refusals_in_a_row=0,
    )
    line.refresh_from_db()
    return bool(changed)


def _keep_session(line: Line, session_key: str) -> None:
    line.set_secret("session", session_key)
    Line.objects.filter(pk=line.pk).update(
        session_token=line.session_token,
        session_version=F("session_version") + 1,
        session_renewed_at=None,
        renewing_until=None,
        last_contact_at=Now(),
    )
    line.refresh_from_db()
