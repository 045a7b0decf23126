from __future__ import annotations

from enterprise.contacts.models import Contact, ContactContactMethod, Customer
from enterprise.people.kinds import Parent, PersonKind

CONTACT = PersonKind(
    key="contact",
    label="Contact",
    label_plural="Contacts",
    model=Contact,
    method_model=ContactContactMethod,
    text_columns=("department", "title"),
    parent=Parent(column="customer", field="customer", model=Customer, name_field="name", noun="customer"),
)
