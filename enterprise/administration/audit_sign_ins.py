"""Signing in and out, and changes in the Django admin, in the audit: what Django tells of by its own signals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from axes.signals import user_locked_out
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save

from enterprise.administration import audit
from enterprise.users.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest

_ADMIN_ACTIONS = {ADDITION: "admin.added", CHANGE: "admin.changed"}


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="audit.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="audit.sign_in_failed")
    user_locked_out.connect(_locked_out, dispatch_uid="audit.locked_out")
    post_save.connect(_changed_in_admin, sender=LogEntry, dispatch_uid="audit.admin")


def _signed_in(user: User, **_signal: Any) -> None:
    audit.record(actor_id=user.pk, action="user.signed_in", subject=f"user:{user.pk}", facts={})


def _signed_out(user: User | None, **_signal: Any) -> None:
    """Whoever presses the button in a session that is over is nobody any more."""
    if user:
        audit.record(actor_id=user.pk, action="user.signed_out", subject=f"user:{user.pk}", facts={})


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_signal: Any) -> None:
    """Each wrong password; not the tries of who is locked out already, which would fill the table."""
    if not _was_locked_out(request):
        subject = _whose(credentials.get("username"))
        audit.record(actor_id=None, action="user.sign_in_failed", subject=subject, facts={})


def _locked_out(request: HttpRequest, username: str | None, **_signal: Any) -> None:
    """Sent for the failure that locks, which axes has counted, and for every one after it."""
    if not _was_locked_out(request):
        audit.record(actor_id=None, action="user.locked_out", subject=_whose(username), facts={})


def _was_locked_out(request: HttpRequest | None) -> bool:
    """Whether the password was not even looked at: axes counts those that were."""
    is_locked_out = getattr(request, "axes_locked_out", False)
    return is_locked_out and getattr(request, "axes_failures_since_start", None) is None


def _whose(username: str | None) -> str:
    """A name nobody has is not kept: it may well be a password typed into the wrong field."""
    user = User.objects.filter(username=(username or "").replace("\x00", "")).only("pk").first()
    return f"user:{user.pk}" if user else "user:unknown"


def _changed_in_admin(instance: LogEntry, created: bool, **_signal: Any) -> None:
    if not created:
        return
    model = instance.content_type.model if instance.content_type else "object"
    action = _ADMIN_ACTIONS.get(instance.action_flag, "admin.deleted")
    facts = {"fields": _changed_fields(instance.change_message)}
    audit.record(actor_id=instance.user_id, action=action, subject=f"{model}:{instance.object_id}"[:80], facts=facts)


def _changed_fields(message: str) -> list[str]:
    """The names of the fields in Django's own message; the rest of it quotes what people typed."""
    parts = json.loads(message) if message.startswith("[") else []
    return sorted({field for part in parts for change in part.values() for field in change.get("fields", [])})
