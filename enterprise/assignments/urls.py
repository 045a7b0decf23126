from __future__ import annotations

from django.urls import path

from enterprise.assignments import views

app_name = "assignments"
urlpatterns = [
    path("add/", views.AddAssignment.as_view(), name="add"),
    path("<int:pk>/edit/", views.EditAssignment.as_view(), name="edit"),
    path("<int:pk>/end/", views.EndAssignment.as_view(), name="end"),
    path("<int:pk>/delete/", views.DeleteAssignment.as_view(), name="delete"),
]
