from __future__ import annotations

from enterprise.people.tables import PersonTable, cut_column


class ContactTable(PersonTable):
    customer = cut_column("customer__name", verbose_name="Customer")
    title = cut_column("title", verbose_name="Title")

    class Meta(PersonTable.Meta):
        pass
