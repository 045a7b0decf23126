from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from enterprise.contacts.models import Contact, ContactContactMethod, Customer
from enterprise.people.forms import PERSON_FIELDS, PERSON_HELP, PERSON_LABELS, PersonForm, methods_class

SUGGESTIONS = 500


class CustomerInput(forms.TextInput):
    """A text box that suggests the customers there are; any other name makes a new one.

    Where they are too many for a page, those that hold what is typed are asked for while it is typed.
    """

    template_name = "contacts/customer_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, {**(attrs or {}), "list": "customers", "autocomplete": "off"})
        suggestions = list(Customer.suggested("")[: SUGGESTIONS + 1])
        return context | {"suggestions": suggestions[:SUGGESTIONS], "are_more": len(suggestions) > SUGGESTIONS}


class ContactForm(PersonForm):
    customer_name = forms.CharField(
        label=gettext_lazy("Customer"),
        max_length=120,
        widget=CustomerInput,
        help_text=gettext_lazy("Choose one, or type the name of a new one."),
    )

    class Meta:
        model = Contact
        fields = [*PERSON_FIELDS[:2], "title", "department", *PERSON_FIELDS[2:]]
        labels = PERSON_LABELS | {"title": gettext_lazy("Title"), "department": gettext_lazy("Department")}
        help_texts = PERSON_HELP

    field_order = ["first_name", "last_name", "customer_name"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.customer_id:
            self.initial["customer_name"] = self.instance.customer.name

    def save(self, commit: bool = True) -> Any:
        self.instance.customer = Customer.named(self.cleaned_data["customer_name"])
        return super().save(commit)


ContactMethods = methods_class(Contact, ContactContactMethod)
