from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

from enterprise.people.tables import SearchTable, cut_column


class ContactTable(SearchTable):
    customer = cut_column("customer__name", verbose_name=gettext_lazy("Customer"))
    title = cut_column("title", verbose_name=pgettext_lazy("of a contact", "Title"))

    class Meta(SearchTable.Meta):
        pass
