from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from texting import conf
from texting.numbers import format_number
from texting.seam import Owner, get_owner_kind, kind_words, owner_kinds
from texting.vocabulary import EventKind, LineState, PauseReason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from texting.secrets import Secret


class LineQuerySet(models.QuerySet["Line"]):
    def in_use(self) -> LineQuerySet:
        """Lines that are not removed."""
        return self.exclude(state=LineState.REMOVED)

    def owned_by(self, owners: Iterable[Owner]) -> LineQuerySet:
        wanted = models.Q(pk__in=[])
        for owner in owners:
            wanted |= models.Q(owner_kind=owner.kind, owner_id=owner.owner_id)
        return self.filter(wanted)


class Line(models.Model):
    """A text-enabled number of ours together with its provider account.

        connecting ─▶ connected ◀─▶ paused        any ─▶ removed ─▶ connecting (added again)

    `next_free_at` is when it may send again; `current_turn` the turn of the text it claimed last; `worked` the time
    that its texts have taken it at its pace, `held` the time that it might not send though texts waited, last added to
    at `held_at`;
    `replies_in_a_row` lets bulk have one slot in five. `session_version` counts logins, so that of many who
    find the session dead one logs in; the others leave the line alone until `renewing_until`. `guarded_since` is from
    when on its past is in doubt, `guarded_at` when that was found, `compared_at` when it was compared with its provider
    since.
    """

    SECRETS = ("password", "session", "webhook")

    provider = models.CharField(max_length=20, default="zipwhip")
    number = models.CharField(max_length=16)
    owner_kind = models.CharField(max_length=20)
    owner_id = models.BigIntegerField()
    username = models.CharField(max_length=80)
    password_token = models.TextField(blank=True, editable=False)
    session_token = models.TextField(blank=True, editable=False)
    session_version = models.IntegerField(default=0)
    session_renewed_at = models.DateTimeField(null=True, blank=True)
    renewing_until = models.DateTimeField(null=True, blank=True)
    webhook_token = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=12, choices=LineState.choices, default=LineState.CONNECTING)
    pause_reason = models.CharField(max_length=20, choices=PauseReason.choices, blank=True)
    state_changed_at = models.DateTimeField(auto_now_add=True)
    last_contact_at = models.DateTimeField(null=True, blank=True)
    pace = models.DurationField(default=conf.line_pace, help_text="The least time between two texts of this line.")
    next_free_at = models.DateTimeField(auto_now_add=True)
    current_turn = models.BigIntegerField(default=0)
    worked = models.DurationField(db_default=timedelta(0))
    held = models.DurationField(db_default=timedelta(0))
    held_at = models.DateTimeField(null=True, blank=True)
    replies_in_a_row = models.IntegerField(default=0)
    failures_in_a_row = models.IntegerField(default=0)
    refusals_in_a_row = models.IntegerField(default=0, db_default=0)
    backfilled_at = models.DateTimeField(null=True, blank=True)
    next_backfill_at = models.DateTimeField(auto_now_add=True)
    guarded_since = models.DateTimeField(null=True, blank=True)
    guarded_at = models.DateTimeField(null=True, blank=True)
    compared_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        default_permissions = ()
        permissions = [("send", "May send texts"), ("manage_lines", "May manage lines and their credentials")]
        constraints = [
            models.UniqueConstraint(fields=["provider", "number"], name="line_number_once"),
            models.CheckConstraint(
                condition=models.Q(guarded_since__isnull=True) | models.Q(guarded_at__isnull=False),
                name="line_guard_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=LineState.PAUSED) | ~models.Q(pause_reason=""), name="line_pause_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["owner_kind", "owner_id"], name="line_by_owner")]

    def __str__(self) -> str:
        return format_number(self.number)

    @property
    def owner(self) -> Owner:
        return Owner(self.owner_kind, self.owner_id)

    @property
    def owner_name(self) -> str:
        """One query; lists use `owner_names`."""
        return get_owner_kind(self.owner_kind).names([self.owner_id]).get(self.owner_id, "")

    def _bound_to(self, field: str) -> str:
        return f"texting_line:{self.pk}:{field}"

    @property
    def stored_secrets(self) -> list[str]:
        """The fields of SECRETS that hold something."""
        return [field for field in self.SECRETS if self.token(field)]

    def token(self, field: str) -> str:
        """A secret as it is stored, "" for none."""
        token: str = getattr(self, f"{field}_token")
        return token

    def set_secret(self, field: str, plain: str) -> None:
        """Encrypt into `<field>_token`, bound to this row; the row must have been saved once."""
        setattr(self, f"{field}_token", conf.keyring().encrypt(plain, bound_to=self._bound_to(field)))

    def reveal(self, field: str) -> Secret:
        """Raises CannotDecrypt."""
        return conf.keyring().decrypt(self.token(field), bound_to=self._bound_to(field))

    @classmethod
    def pause(cls, line_id: int, reason: PauseReason, *, now: datetime) -> bool:
        """Stop a line that is in use; False when it was not, so that the caller tells of it once."""
        changed = cls.objects.filter(pk=line_id, state__in=[LineState.CONNECTED, LineState.CONNECTING]).update(
            state=LineState.PAUSED, pause_reason=reason, state_changed_at=now
        )
        return bool(changed)


def owner_names(lines: Iterable[Line]) -> dict[Owner, str]:
    """Whose they are: one query a kind of owner."""
    ids: dict[str, set[int]] = {}
    for line in lines:
        ids.setdefault(line.owner_kind, set()).add(line.owner_id)
    return {
        Owner(kind.key, owner_id): name
        for kind in owner_kinds()
        if kind.key in ids
        for owner_id, name in kind.names(ids[kind.key]).items()
    }


def owner_words(lines: Sequence[Line]) -> dict[int, str]:
    """Whose lines they are, by their ids: "Minneapolis branch line"."""
    names = owner_names(lines)
    return {line.pk: _owner_words(line, names.get(line.owner, "")) for line in lines}


def _owner_words(line: Line, name: str) -> str:
    if not name:
        return _("Nobody’s line")
    kind = kind_words(get_owner_kind(line.owner_kind)).lower()
    return _("%(owner)s %(kind)s line") % {"owner": name, "kind": kind}


class LineWebhook(models.Model):
    """A webhook the provider has confirmed for a line.

    `leads_here` is what it said when it was asked last: an address of ours changes with PUBLIC_URL.
    """

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="webhooks")
    event = models.CharField(max_length=12, choices=EventKind.choices)
    provider_hook_id = models.CharField(max_length=40)
    leads_here = models.BooleanField(db_default=True)
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["line", "event"], name="line_webhook_once")]

    def __str__(self) -> str:
        return f"{self.event} of line {self.line_id}"
