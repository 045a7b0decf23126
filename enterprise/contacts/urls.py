from __future__ import annotations

from django.urls import path

from enterprise.contacts import views
from enterprise.contacts.kind import CONTACT
from enterprise.people.record_urls import record_urls

app_name = "contacts"
urlpatterns = [
    path("", views.ContactList.as_view(), name="list"),
    path("add/", views.AddContact.as_view(), name="add"),
    path("customers/", views.customers, name="customers"),
    path("<int:pk>/", views.ContactDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", views.EditContact.as_view(), name="edit"),
    path("<int:pk>/deactivate/", views.DeactivateContact.as_view(), name="deactivate"),
    path("<int:pk>/reactivate/", views.ReactivateContact.as_view(), name="reactivate"),
    *record_urls(CONTACT),
]
