from __future__ import annotations

from django.urls import path

from enterprise.hotlists import add_views, views

app_name = "hotlists"
urlpatterns = [
    path("", views.hotlists, name="list"),
    path("new/", views.create, name="create"),
    path("add/", add_views.add, name="add"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/remove/", add_views.remove, name="remove"),
]
