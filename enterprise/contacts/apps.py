from __future__ import annotations

from django.apps import AppConfig

from enterprise.people.kinds import register_kind
from texting import seam


class ContactsConfig(AppConfig):
    name = "enterprise.contacts"
    label = "contacts"

    def ready(self) -> None:
        from enterprise.contacts.kind import CONTACT
        from enterprise.contacts.textable import ContactRecords

        register_kind(CONTACT)
        seam.register_record_type(ContactRecords())
