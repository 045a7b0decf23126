from __future__ import annotations

from enterprise.contacts.models import Contact
from enterprise.hotlists.filters import HotlistFilter


class ContactFilter(HotlistFilter):
    searched = "Name, id, phone, e-mail, customer or title"

    class Meta(HotlistFilter.Meta):
        model = Contact
