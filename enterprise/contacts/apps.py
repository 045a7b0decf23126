from __future__ import annotations

from django.apps import AppConfig

from texting import seam


class ContactsConfig(AppConfig):
    name = "enterprise.contacts"
    label = "contacts"

    def ready(self) -> None:
        from enterprise.contacts.textable import ContactRecords

        seam.register_record_type(ContactRecords())
