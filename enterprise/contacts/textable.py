from __future__ import annotations

from typing import TYPE_CHECKING

from enterprise.contacts.models import Contact, ContactContactMethod
from enterprise.messagelog.models import RecordKind
from enterprise.people.textable import PersonRecords

if TYPE_CHECKING:
    from enterprise.people.filters import PersonFilter


class ContactRecords(PersonRecords):
    key = RecordKind.CONTACT.value
    placeholders = {"title": "title", "department": "department", "customer": "customer__name"}
    model = Contact
    method_model = ContactContactMethod

    def filter_class(self) -> type[PersonFilter]:
        from enterprise.contacts.filters import ContactFilter

        return ContactFilter
