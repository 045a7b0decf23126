from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprise.people.methods import METHOD_LABELS, METHOD_TYPES
from enterprise.seen import SeenForm
from enterprise.users.models import User

if TYPE_CHECKING:
    from enterprise.people.models import ContactMethod, Person

    AnyInlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    AnyInlineFormSet = forms.BaseInlineFormSet

PERSON_FIELDS = [
    "first_name",
    "last_name",
    "branch",
    "service_rep",
    "do_not_text",
    "address",
    "city",
    "state",
    "zip",
    "note",
]


PERSON_LABELS = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "branch": gettext_lazy("Branch"),
    "service_rep": gettext_lazy("Service rep"),
    "do_not_text": gettext_lazy("Do not text"),
    "address": gettext_lazy("Address"),
    "city": gettext_lazy("City"),
    "state": gettext_lazy("State"),
    "zip": gettext_lazy("ZIP"),
    "note": gettext_lazy("Note"),
}
PERSON_HELP = {"do_not_text": gettext_lazy("This person asked not to be texted.")}


class PersonForm(SeenForm):
    """`user` narrows branches and reps to those they see: nobody can put a record where they could not open it."""

    # Where a form is wide enough, fields that share a line.
    half_width = ("first_name", "last_name", "branch", "service_rep", "city", "title", "department")
    quarter_width = ("state", "zip")

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        branches = user.visible_branches()
        usable = branches.filter(models.Q(is_active=True) | models.Q(pk=self.instance.branch_id))
        self._choose_from("branch", usable, nothing=_("Choose a branch"))
        theirs = models.Q(home_branch__in=branches, is_active=True) | models.Q(pk=self.instance.service_rep_id)
        reps = User.objects.filter(theirs).order_by("first_name", "last_name", "username")
        self._choose_from("service_rep", reps, nothing=_("No service rep"))
        if not self.instance.pk and user.home_branch_id:
            self.initial.update(branch=user.home_branch_id, service_rep=user.pk)
        self.fields["note"].widget = forms.Textarea(attrs={"rows": 3})

    def _choose_from(self, name: str, choices: models.QuerySet[Any], *, nothing: str) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.empty_label = nothing
            field.queryset = choices


class MethodForm(SeenForm):
    """One contact method. A number that cannot be texted is kept as entered: it is marked, not refused."""

    class Meta:
        fields = ["type", "value", "is_primary"]
        labels = {
            "type": gettext_lazy("Type"),
            "value": gettext_lazy("Number or address"),
            "is_primary": gettext_lazy("Primary"),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["type"].widget.choices = [("", _("Type")), *METHOD_TYPES]

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"]
        if "\x00" in value:
            raise ValidationError(_("A value cannot hold a NUL character."))
        return value

    def validate_constraints(self) -> None:
        """Left to the formset, which knows what becomes of the other rows."""

    def has_changed(self) -> bool:
        # A new row whose value is empty was left alone, whatever its type says.
        if not self.instance.pk and not self.data.get(self.add_prefix("value"), "").strip():
            return False
        return super().has_changed()


class MethodFormSet(AnyInlineFormSet):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance.pk:
            # Whoever is new often has a cell phone, a home phone and an e-mail address.
            self.extra = 4

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        words = _("This contact method was removed since you opened the page. Open the page anew.")
        form.fields["id"].error_messages["invalid_choice"] = words

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        seen: set[str] = set()
        for form in self.forms:
            kept = form.cleaned_data.get("value") and not form.cleaned_data.get("DELETE")
            if not kept or not form.cleaned_data.get("is_primary"):
                continue
            method_type = form.cleaned_data["type"]
            if method_type in seen:
                words = _("Another %(type)s is the primary one already: tick only one.")
                form.add_error("is_primary", words % {"type": METHOD_LABELS[method_type]})
            seen.add(method_type)

    def save(self, commit: bool = True) -> list[Any]:
        """No row that changes is primary while the rows are written, else two of a type might be for a moment."""
        changed = [form for form in self.forms if form.has_changed()]
        types = {form.cleaned_data.get("type") for form in changed if form.cleaned_data.get("is_primary")}
        written = models.Q(pk__in=[form.instance.pk for form in changed]) | models.Q(type__in=types)
        self.instance.methods.filter(written).update(is_primary=False)
        return list(super().save(commit=commit))


def methods_class(person: type[Person], method: type[ContactMethod]) -> type[MethodFormSet]:
    made: Any = forms.inlineformset_factory(
        person,
        method,
        form=MethodForm,
        formset=MethodFormSet,
        fields=MethodForm.Meta.fields,
        extra=2,
        max_num=40,
        absolute_max=60,
    )
    return made  # type: ignore[no-any-return]  # the factory forgets the formset it is given
