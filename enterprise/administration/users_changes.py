"""What administrators do to users. Each change is written with its audit entry, in one transaction."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from axes.utils import reset
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enterprise.administration import audit
from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    from enterprise.users.forms import UserForm

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
# Fields whose values are no ids: the audit says only that they changed.
PERSONAL = {"first_name", "last_name", "username", "email", "time_zone"}
WRITTEN = [*sorted(PERSONAL), "home_branch"]
# Nothing that is mistaken for something else when it is read out.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Refused(Exception):
    """A change that must not be. `words` say why and what to do; nothing was written. `field` is the form's, or ""."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


def generate_password() -> str:
    """Four groups of four, about 80 bits: "k3xw-9tqa-…"."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def may_change(actor: User, user: User) -> bool:
    """Whoever could set a superuser's password would be one."""
    return actor.is_superuser or not user.is_superuser


def save_user(actor: User, form: UserForm, *, password: str = "") -> bool:
    """Write a valid form, with the `password` of a new user; False when it says nothing new. Raises Refused."""
    is_new = form.instance.pk is None
    if not is_new and not form.changed_data:
        return False
    with transaction.atomic():
        lock_administration()
        before = {} if is_new else _grants(form.instance.pk)
        user = form.save(commit=False)
        _check_home_branch(user, before.get("home_branch"))
        if is_new:
            user.set_password(password)
            user.save(force_insert=True)
        else:
            user.save(update_fields=WRITTEN)
        form.save_m2m()
        _check_administrators(actor, user)
        _record(actor, "user.added" if is_new else "user.changed", user.pk, _facts(form, before))
    return True


def deactivate(actor: User, user: User) -> bool:
    """Sign a person out everywhere and for good; False when that was done already. Raises Refused."""
    if actor.pk == user.pk:
        raise Refused(_("You cannot deactivate yourself. Another administrator can."))
    with transaction.atomic():
        lock_administration()
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
            return False
        _check_administrators(actor, user)
        session_count = end_sessions(user.pk)
        _record(actor, "user.deactivated", user.pk, {"sessions_ended": session_count})
    return True


def reactivate(actor: User, user: User) -> bool:
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_active=False).update(is_active=True)
        if changed:
            _record(actor, "user.reactivated", user.pk, {})
    return bool(changed)


def set_password(actor: User, user: User, password: str) -> None:
    """Also ends the sessions of the old password, and lets them sign in though they had failed too often."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        session_count = end_sessions(user.pk)
        reset(username=user.username)
        _record(actor, "user.password_set", user.pk, {"sessions_ended": session_count})


def unlock(actor: User, user: User) -> bool:
    """Forget the failures to sign in; False when there were none."""
    with transaction.atomic():
        forgotten_count = reset(username=user.username)
        if forgotten_count:
            _record(actor, "user.unlocked", user.pk, {})
    return bool(forgotten_count)


def end_sessions(user_id: int) -> int:
    """Delete the sessions of a person and return how many; without it a reactivated account would find them alive."""
    alive = Session.objects.filter(expire_date__gt=timezone.now())
    ended = [one.pk for one in alive.iterator() if one.get_decoded().get(SESSION_KEY) == str(user_id)]
    count, _ = Session.objects.filter(pk__in=ended).delete()
    return count


def lock_administration() -> None:
    """One change of who may administer, or of which branches are in use, at a time; until the transaction ends.

    Else two administrators could deactivate each other, and each would see the other one remain.
    """
    permissions = Permission.objects.filter(content_type__app_label="users", codename="administer")
    permissions.select_for_update(of=("self",), no_key=True).get()


def _check_administrators(actor: User, user: User) -> None:
    """Raises Refused when the change just written takes the last administrator, or the actor's own role."""
    administrators = User.objects.with_perm("users.administer", backend=MODEL_BACKEND)
    if user.pk == actor.pk and not administrators.filter(pk=actor.pk).exists():
        words = _("You cannot take your own administrator role away. Another administrator can.")
        raise Refused(words, "groups")
    if not administrators.exists():
        raise Refused(_("Nobody could administer Enterprise after this. Make somebody else an administrator first."))


def _check_home_branch(user: User, before: int | None) -> None:
    """It may have been deactivated since the form was checked."""
    if user.home_branch_id in (None, before):
        return
    if not Branch.objects.filter(pk=user.home_branch_id, is_active=True).exists():
        raise Refused(_("This branch has just been deactivated: choose another."), "home_branch")


def _grants(user_id: int) -> dict[str, Any]:
    """What the audit keeps: ids."""
    user = User.objects.get(pk=user_id)
    return {
        "home_branch": user.home_branch_id,
        "branches": sorted(user.branches.values_list("pk", flat=True)),
        "roles": sorted(user.groups.values_list("pk", flat=True)),
    }


def _facts(form: UserForm, before: dict[str, Any]) -> dict[str, Any]:
    after = _grants(form.instance.pk)
    changed = {name for name in after if after[name] != before.get(name)}
    facts: dict[str, Any] = {"after": {name: after[name] for name in sorted(changed)}}
    if before:
        facts["before"] = {name: before[name] for name in sorted(changed)}
        facts["fields"] = sorted(PERSONAL.intersection(form.changed_data))
    return facts


def _record(actor: User, action: str, user_id: int, facts: dict[str, Any]) -> None:
    audit.record(actor_id=actor.pk, action=action, subject=f"user:{user_id}", facts=facts)
