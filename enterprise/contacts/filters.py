from __future__ import annotations

from enterprise.contacts.models import Contact
from enterprise.people.filters import PersonFilter


class ContactFilter(PersonFilter):
    class Meta(PersonFilter.Meta):
        model = Contact
