from __future__ import annotations

from typing import TYPE_CHECKING

import django_filters
from django.utils.translation import gettext_lazy as _

from enterprise.contacts.forms import CustomerInput
from enterprise.contacts.models import Contact, Customer
from enterprise.hotlists.filters import HotlistFilter

if TYPE_CHECKING:
    from enterprise.people.models import PersonQuerySet


def customer_filter(method: str) -> django_filters.CharFilter:
    """A text box that suggests customers."""
    widget = CustomerInput(attrs={"placeholder": _("Customer"), "aria-label": _("Customer")})
    return django_filters.CharFilter(label=_("Customer"), method=method, max_length=120, widget=widget)


class ContactFilter(HotlistFilter):
    searched = _("Name, id, phone, e-mail, customer or title")
    job_field = "title"

    customer = customer_filter("at_customer")

    class Meta(HotlistFilter.Meta):
        model = Contact

    def at_customer(self, people: PersonQuerySet, name: str, value: str) -> PersonQuerySet:
        return people.filter(customer__in=Customer.matching(value))
