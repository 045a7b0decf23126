from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from enterprise.contacts.models import Contact, ContactContactMethod, Customer
from enterprise.people.kinds import Parent, PersonKind

CONTACT = PersonKind(
    key="contact",
    label=_("Contact"),
    label_plural=_("Contacts"),
    add_words=_("Add contact"),
    counted=ngettext_lazy("%(count)s contact", "%(count)s contacts", "number"),
    model=Contact,
    method_model=ContactContactMethod,
    text_columns=("department", "title"),
    counterpart_key="employee",
    holds_same_person=True,
    parent=Parent(
        column="customer",
        field="customer",
        model=Customer,
        name_field="name",
        noun=_("customer"),
        plural=_("Customers"),
    ),
)
