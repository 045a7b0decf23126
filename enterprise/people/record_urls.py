"""The addresses below a record that are the same for every kind of person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from enterprise.people import editing, log_views, photo_views, same_person_views

if TYPE_CHECKING:
    from django.urls import URLPattern

    from enterprise.people.kinds import PersonKind


def record_urls(kind: PersonKind) -> list[URLPattern]:
    photo = photo_views.ShowPhoto
    return [
        path("<int:pk>/messages/add/", log_views.LogMessage.as_view(kind=kind), name="log-message"),
        path("<int:pk>/methods/", editing.EditMethods.as_view(kind=kind), name="methods"),
        path("<int:pk>/photo/", photo_views.EditPhoto.as_view(kind=kind), name="photo"),
        path("<int:pk>/photo/<int:photo>/large.webp", photo.as_view(kind=kind), name="photo-large"),
        path("<int:pk>/photo/<int:photo>/small.webp", photo.as_view(kind=kind, size="small"), name="photo-small"),
        path("<int:pk>/same-person/", same_person_views.SamePerson.as_view(kind=kind), name="same-person"),
        path("<int:pk>/same-person/<int:other>/", same_person_views.LinkPerson.as_view(kind=kind), name="link-person"),
        path("<int:pk>/same-person/unlink/", same_person_views.UnlinkPerson.as_view(kind=kind), name="unlink-person"),
    ]
