from __future__ import annotations

from django.contrib import admin

from enterprise.contacts.models import Contact, ContactContactMethod, Customer
from enterprise.people.admin import MethodInline, ModelAdmin, PersonAdmin


class ContactMethodInline(MethodInline):
    model = ContactContactMethod


@admin.register(Contact)
class ContactAdmin(PersonAdmin):
    inlines = [ContactMethodInline]
    autocomplete_fields = ["customer"]


@admin.register(Customer)
class CustomerAdmin(ModelAdmin):
    search_fields = ["name"]
