"""A message that somebody logs by hand. What is logged stays: who was mistaken logs another one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprise.administration import audit
from enterprise.messagelog.models import ActionCode, Message
from enterprise.people.days import refuse_slip

if TYPE_CHECKING:
    from uuid import UUID

    from enterprise.users.models import User
    from texting.seam import RecordKey

LONGEST = 4000
_MINUTE = timedelta(minutes=1)

if TYPE_CHECKING:
    CodeField = forms.ModelChoiceField[ActionCode]
else:
    CodeField = forms.ModelChoiceField


class CodeChoice(CodeField):
    def label_from_instance(self, code: ActionCode) -> str:
        words = f"{code.name} – {code.description}" if code.description else code.name
        return _("%(code)s (deactivates the record)") % {"code": words} if code.deactivates else words


class HandMessageForm(forms.Form):
    """`may_deactivate` offers the codes that deactivate the record, too; `is_active` says whether they still can.

    A code that deactivates is asked about once more, in the form itself.
    """

    action_code = CodeChoice(
        queryset=ActionCode.objects.none(),
        label=gettext_lazy("Action code"),
        empty_label=gettext_lazy("Choose an action code"),
        error_messages={"required": gettext_lazy("Choose an action code.")},
    )
    at = forms.DateTimeField(
        label=gettext_lazy("When"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": gettext_lazy("Enter when it was.")},
        validators=[refuse_slip],
    )
    body = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write what happened.")},
    )
    deactivate = forms.BooleanField(required=False)

    def __init__(self, *args: Any, kind: str, name: str, is_active: bool, may_deactivate: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.name, self.is_active = name, is_active
        codes = ActionCode.objects.by_hand(kind)
        field = self.fields["action_code"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = codes if may_deactivate else codes.filter(deactivates=False)
        self.fields["deactivate"].label = _("Yes, deactivate %(name)s") % {"name": name}
        self.initial.setdefault("at", timezone.localtime())

    def says(self, message: Message) -> bool:
        """Whether this valid form says what is logged as `message`: a click repeated, and nothing written since."""
        said = self.cleaned_data
        # Of what was logged as it happened, the second was added.
        is_then = abs(message.created_at - said["at"]) < _MINUTE
        return is_then and (message.action_code, message.body) == (said["action_code"], said["body"])

    @property
    def deactivates(self) -> bool:
        """Whether what is chosen will make an active record inactive."""
        code = self.cleaned_data.get("action_code") if self.is_bound else None
        return bool(code and code.deactivates and self.is_active)

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > timezone.now() + _MINUTE:
            raise ValidationError(_("This is still to come. Enter when it happened."))
        return at

    def clean(self) -> None:
        super().clean()
        if self.deactivates and not self.cleaned_data.get("deactivate"):
            words = _("%(code)s deactivates %(name)s, who can no longer be texted then. Tick to confirm.")
            self.add_error("deactivate", words % {"code": self.cleaned_data["action_code"], "name": self.name})


def find_logged(record: RecordKey, form_key: UUID | None) -> Message | None:
    """What the same form has logged already, for a second click."""
    on_record = Message.objects.filter(record_type=record.record_type, record_id=record.record_id)
    return on_record.filter(form_key=form_key).first() if form_key else None


def log_by_hand(user: User, record: RecordKey, form: HandMessageForm, form_key: UUID | None) -> Message:
    """Write what a valid form says; the caller holds the transaction."""
    at, now = form.cleaned_data["at"], timezone.now()
    message = Message.objects.create(
        record_type=record.record_type,
        record_id=record.record_id,
        action_code=form.cleaned_data["action_code"],
        author=user,
        author_name=str(user)[:160],
        body=form.cleaned_data["body"],
        # The field knows minutes only: what happens now goes after what was logged earlier in this minute.
        created_at=now if now - at < _MINUTE else at,
        form_key=form_key,
    )
    facts = {"message": message.pk, "action_code": message.action_code_id}
    audit.record(actor_id=user.pk, action="message.logged", subject=str(record), facts=facts)
    return message
