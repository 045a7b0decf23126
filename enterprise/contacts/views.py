from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enterprise.contacts.filters import ContactFilter
from enterprise.contacts.forms import SUGGESTIONS, ContactForm, ContactMethods
from enterprise.contacts.kind import CONTACT
from enterprise.contacts.models import Customer
from enterprise.contacts.tables import ContactTable
from enterprise.people import editing, views
from enterprise.people.access import signed_in
from enterprise.people.kinds import kinds

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class ContactList(views.PersonList):
    kind = CONTACT
    filter_class = ContactFilter
    table_class = ContactTable


class ContactDetail(views.PersonDetail):
    kind = CONTACT


class AddContact(editing.AddPerson):
    kind = CONTACT
    form_class = ContactForm
    methods_class = ContactMethods


class EditContact(editing.EditPerson):
    kind = CONTACT
    form_class = ContactForm
    methods_class = ContactMethods


class DeactivateContact(editing.DeactivatePerson):
    kind = CONTACT


class ReactivateContact(editing.ReactivatePerson):
    kind = CONTACT


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """What a text box for customers suggests: `customer` in a filter, `customer_name` in a form."""
    user = signed_in(request)
    if not any(user.has_perm(kind.permission("view")) for kind in kinds()):
        raise PermissionDenied
    typed = request.GET.get("customer") or request.GET.get("customer_name", "")
    suggestions = Customer.suggested(typed.replace("\x00", "").strip())[:SUGGESTIONS]
    return render(request, "contacts/_customer_options.html", {"suggestions": suggestions})
