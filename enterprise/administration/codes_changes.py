"""Message action codes: what an administrator types, and writing it with its audit entry. None is ever deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprise.administration import audit
from enterprise.messagelog.models import ActionCode
from enterprise.seen import SeenForm

if TYPE_CHECKING:
    from enterprise.users.models import User


class CodeForm(SeenForm):
    """The model says what a code that texting files under must stay."""

    use_required_attribute = False

    class Meta:
        model = ActionCode
        fields = ["name", "description", "for_employees", "for_contacts", "deactivates", "is_active"]
        labels = {
            "name": gettext_lazy("Name"),
            "description": gettext_lazy("Description"),
            "for_employees": gettext_lazy("Employees"),
            "for_contacts": gettext_lazy("Contacts"),
            "deactivates": gettext_lazy("Deactivates the record"),
            "is_active": gettext_lazy("Active"),
        }
        help_texts = {
            "name": gettext_lazy("Up to 10 characters: it stands beside every message."),
            "deactivates": gettext_lazy(
                "Logging it by hand deactivates the person. It cannot be used for texting then."
            ),
            "is_active": gettext_lazy("An inactive one cannot be chosen any more. Messages under it stay as they are."),
        }
        error_messages = {"name": {"required": gettext_lazy("Enter a short name, such as CALL.")}}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        taken = ActionCode.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).first()
        if taken:
            if taken.is_active:
                raise ValidationError(_("There is a code %(name)s already.") % {"name": taken.name})
            words = _("There is a code %(name)s already, and it is inactive: make it active instead.")
            raise ValidationError(words % {"name": taken.name})
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
