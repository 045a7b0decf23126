from __future__ import annotations

from enterprise.contacts.filters import ContactFilter
from enterprise.contacts.forms import ContactForm, ContactMethods
from enterprise.contacts.kind import CONTACT
from enterprise.contacts.tables import ContactTable
from enterprise.people import editing, views


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
