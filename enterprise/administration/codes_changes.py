"""Message action codes: what an administrator types, and writing it with its audit entry. None is ever deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from enterprise.administration import audit
from enterprise.messagelog.models import ActionCode

if TYPE_CHECKING:
    from enterprise.users.models import User

    CodeModelForm = forms.ModelForm[ActionCode]
else:
    CodeModelForm = forms.ModelForm


class CodeForm(CodeModelForm):
    """The model says what a code that texting files under must stay."""

    use_required_attribute = False

    class Meta:
        model = ActionCode
        fields = ["name", "description", "for_employees", "for_contacts", "deactivates", "is_active"]
        labels = {"for_employees": "Employees", "for_contacts": "Contacts", "is_active": "Active"}
        help_texts = {
            "name": "Up to 10 characters: it stands beside every message.",
            "deactivates": "Logging it by hand deactivates the person. It cannot be used for texting then.",
            "is_active": "An inactive one cannot be chosen any more. Messages under it stay as they are.",
        }
        error_messages = {"name": {"required": "Enter a short name, such as CALL."}}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        taken = ActionCode.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).first()
        if taken:
            state = "" if taken.is_active else ", and it is inactive: make it active instead"
            raise ValidationError(f"There is a code {taken.name} already{state}.")
        return name


def save_code(actor: User, form: CodeForm) -> bool:
    """Write a valid form; False when it says nothing new."""
    is_new = form.instance.pk is None
    if not is_new and not form.changed_data:
        return False
    with transaction.atomic():
        code = form.save(commit=False)
        if is_new:
            code.save(force_insert=True)
        else:
            code.save(update_fields=list(form.fields))
        audit.record(
            actor_id=actor.pk,
            action="action_code.added" if is_new else "action_code.changed",
            subject=f"action_code:{code.pk}",
            facts={"fields": sorted(form.changed_data), "after": _flags(code)},
        )
    return True


def _flags(code: ActionCode) -> dict[str, Any]:
    return {name: getattr(code, name) for name in ("for_employees", "for_contacts", "deactivates", "is_active")}
