from __future__ import annotations

from enterprise.contacts.models import Contact
from enterprise.people.filters import PersonFilter


class ContactFilter(PersonFilter):
    searched = "Name, id, phone, e-mail, customer or title"

    class Meta(PersonFilter.Meta):
        model = Contact
