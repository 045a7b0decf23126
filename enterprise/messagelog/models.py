from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from enterprise.messagelog.dialogue import DialogueLine, read_dialogue, summarize
from texting import seam

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from texting.seam import TextNow


class RecordKind(models.TextChoices):
    """The kinds of record a message is logged on: the record types that texting knows them by."""

    EMPLOYEE = "employee", pgettext_lazy("conversations with", "employees")
    CONTACT = "contact", pgettext_lazy("conversations with", "contacts")


class ActionCodeQuerySet(models.QuerySet["ActionCode"]):
    def by_hand(self, kind: str) -> ActionCodeQuerySet:
        """What a message on `kind` of records may be logged under by hand."""
        applies = {"for_employees": True} if kind == RecordKind.EMPLOYEE else {"for_contacts": True}
        return self.filter(is_active=True, **applies)


class ActionCode(models.Model):
    """What a message is filed under. The name is short because it stands beside every message."""

    name = models.CharField(max_length=10)
    description = models.CharField(max_length=120, blank=True)
    for_employees = models.BooleanField("applies to employees", default=True)
    for_contacts = models.BooleanField("applies to contacts", default=True)
    is_active = models.BooleanField("active", default=True)
    deactivates = models.BooleanField(
        "deactivates the record", default=False, help_text="Logging it by hand deactivates the person."
    )

    objects = ActionCodeQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="action_code_name_once",
                violation_error_message=gettext_lazy("There is a code of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def why_not(self, kind: str) -> str:
        """Why conversations on `kind` of records can't be filed under this code; "" when they can."""
        if not self.is_active:
            return _("This action code is inactive.")
        if kind == RecordKind.EMPLOYEE and not self.for_employees:
            return _("This action code does not apply to employees.")
        if kind == RecordKind.CONTACT and not self.for_contacts:
            return _("This action code does not apply to contacts.")
        if self.deactivates:
            return _("This action code deactivates the record; logging a conversation must not.")
        return ""

    def clean(self) -> None:
        """Keep what texting files under usable: a change that would leave conversations unlogged is refused."""
        errors = self._texting_errors(self.texting_kinds(seam.used_filing_choices()))
        if not self.for_employees and not self.for_contacts:
            errors["for_employees"] = _("Tick employees, contacts or both.")
        if errors:
            raise ValidationError(errors)

    def texting_kinds(self, used: Mapping[str, str]) -> list[RecordKind]:
        """The kinds of record whose conversations are logged under this code; `used` is seam.used_filing_choices()."""
        return [kind for kind in RecordKind if self.pk and used.get(kind.value) == str(self.pk)]

    def _texting_errors(self, kinds: list[RecordKind]) -> dict[str, str]:
        """The fields for which `why_not` would refuse one of `kinds`, and why they must not."""
        if not kinds:
            return {}
        on_employees, on_contacts = RecordKind.EMPLOYEE in kinds, RecordKind.CONTACT in kinds
        must = {
            "is_active": not self.is_active
            and _("Conversations with %(kinds)s are logged under this code, so it must stay active."),
            "deactivates": self.deactivates
            and _("Conversations with %(kinds)s are logged under this code, so it must deactivate nobody."),
            "for_employees": on_employees
            and not self.for_employees
            and _("Conversations with %(kinds)s are logged under this code, so it must apply to employees."),
            "for_contacts": on_contacts
            and not self.for_contacts
            and _("Conversations with %(kinds)s are logged under this code, so it must apply to contacts."),
        }
        logged = {"kinds": _words_of(kinds)}
        return {name: words % logged for name, words in must.items() if words}


def _words_of(kinds: list[RecordKind]) -> str:
    if len(kinds) > 1:
        return pgettext("conversations with", "employees and contacts")
    return str(kinds[0].label)


class MessageQuerySet(models.QuerySet["Message"]):
    def on_record(self, kind: str, record_id: int) -> QuerySet[Message]:
        """What is logged on a record, the latest first."""
        found = self.filter(record_type=kind, record_id=record_id).select_related("action_code", "follows")
        found = found.defer("follows__body", "follows__dialogue").prefetch_related("follow_ups")
        return found.order_by("-created_at", "-pk")


class Message(models.Model):
    """The log entry on a record. Texts are logged as one message per conversation and record."""

    record_type = models.CharField(max_length=20, choices=RecordKind.choices)
    record_id = models.BigIntegerField()
    action_code = models.ForeignKey(ActionCode, on_delete=models.PROTECT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    author_name = models.CharField(max_length=160)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    conversation_id = models.BigIntegerField(null=True, blank=True)
    line_name = models.CharField(max_length=200, blank=True)
    number = models.CharField("texted with", max_length=20, blank=True)
    dialogue = models.JSONField(default=list, blank=True)
    # Of the form it was logged with by hand, so that two clicks log one.
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    # The message of the conversation that this one went on with after it was logged.
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups")

    # Filled by add_what_is_known_now, where the dialogue is shown.
    known_now: Mapping[int, TextNow] = {}

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation_id", "record_type", "record_id"], name="message_once_a_conversation_and_record"
            )
        ]
        indexes = [models.Index(fields=["record_type", "record_id", "-created_at"], name="message_on_record")]

    def __str__(self) -> str:
        return f"{self.action_code} on {self.record_type} {self.record_id}"

    @property
    def lines(self) -> list[DialogueLine]:
        """The texts of a conversation, in order; [] for a message that is none."""
        return read_dialogue(self.dialogue, self.known_now)

    @property
    def summary(self) -> str:
        """One line of it, times in the reader's zone."""
        return summarize(self.lines) if self.dialogue else self.body.partition("\n")[0]
