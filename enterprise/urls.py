from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from enterprise.administration import first_steps_views
from enterprise.frame import views

handler500 = "enterprise.server_errors.answer_error"

urlpatterns = [
    path("", first_steps_views.home, name="home"),
    path("", include("enterprise.users.urls")),
    path("people/", include("enterprise.people.urls")),
    path("employees/<int:person_pk>/assignments/", include("enterprise.assignments.urls")),
    path("employees/", include("enterprise.employees.urls")),
    path("contacts/", include("enterprise.contacts.urls")),
    path("hotlists/", include("enterprise.hotlists.urls")),
    path("administration/", include("enterprise.administration.urls")),
    path("texting/", include("texting.urls")),
    path("navigation/", views.navigation, name="navigation"),
    path("", include("texting.frame.urls")),
    path("django-admin/", admin.site.urls),
    path("", include("texting.probe_urls")),
]
