from __future__ import annotations

from django.urls import path

from enterprise.administration import views

app_name = "administration"
urlpatterns = [
    path("", views.index, name="index"),
    path("external-services/", views.external_services, name="external-services"),
]
