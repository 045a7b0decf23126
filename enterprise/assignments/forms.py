from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enterprise.assignments.models import Assignment, Shift, today_at
from enterprise.contacts.forms import CustomerInput
from enterprise.contacts.models import Customer
from enterprise.people.days import DayField
from enterprise.seen import SeenForm

if TYPE_CHECKING:
    from datetime import date


class DayInput(forms.DateInput):
    input_type = "date"
    # Shown instead of what is stored.
    suggested: date | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)  # what the browser's own field understands, in any language

    def format_value(self, value: Any) -> str | None:
        return super().format_value(self.suggested or value)


class AssignmentForm(SeenForm):
    """The instance has its employee already."""

    customer_name = forms.CharField(
        label=gettext_lazy("Customer"),
        max_length=120,
        widget=CustomerInput,
        help_text=gettext_lazy("Choose one, or type the name of a new one."),
    )
    field_order = ["customer_name"]

    class Meta:
        model = Assignment
        fields = ["job_title", "shift", "starts_on", "ends_on"]
        labels = {
            "job_title": gettext_lazy("Job title"),
            "shift": gettext_lazy("Shift"),
            "starts_on": pgettext_lazy("first day", "From"),
            "ends_on": pgettext_lazy("last day", "To"),
        }
        help_texts = {"ends_on": gettext_lazy("The last day. Leave it empty while no end is known.")}
        widgets = {"starts_on": DayInput, "ends_on": DayInput}
        field_classes = {"starts_on": DayField, "ends_on": DayField}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["shift"].widget.choices = [("", _("No shift")), *Shift.choices]
        if self.instance.pk:
            self.initial["customer_name"] = self.instance.customer.name
        else:
            employee = self.instance.employee
            self.initial.update(job_title=employee.job_title, starts_on=today_at(employee.branch))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        _check_order(self, found.get("starts_on"), found.get("ends_on"))
        if not self.errors and self._is_there(found):
            self.add_error(None, _("There is this assignment already."))
        return found

    def _is_there(self, values: dict[str, Any]) -> bool:
        same = Assignment.objects.filter(
            employee=self.instance.employee,
            customer=Customer.find(values["customer_name"]),
            shift=values["shift"],
            starts_on=values["starts_on"],
        )
        return same.exclude(pk=self.instance.pk).exists()

    def save(self, commit: bool = True) -> Any:
        self.instance.customer = Customer.named(self.cleaned_data["customer_name"])
        return super().save(commit)


class EndForm(SeenForm):
    class Meta:
        model = Assignment
        fields = ["ends_on"]
        labels = {"ends_on": gettext_lazy("Last day")}
        widgets = {"ends_on": DayInput}
        field_classes = {"ends_on": DayField}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["ends_on"].required = True
        widget = self.fields["ends_on"].widget
        if isinstance(widget, DayInput) and not self.is_bound:
            widget.suggested = max(today_at(self.instance.employee.branch), self.instance.starts_on)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        _check_order(self, self.instance.starts_on, found.get("ends_on"))
        return found


def _check_order(form: SeenForm, starts_on: Any, ends_on: Any) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        form.add_error("ends_on", _("An assignment cannot end before it begins."))
