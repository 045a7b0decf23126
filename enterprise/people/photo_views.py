"""The photo of a person: shown to whoever may see the record, changed by whoever may change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprise.people import pictures
from enterprise.people.access import KindView
from enterprise.people.changes import record_change
from enterprise.people.models import Photo
from texting.seam_help import get_visible

if TYPE_CHECKING:
    from django.core.files import File
    from django.http import HttpRequest

    from enterprise.people.models import Person
    from enterprise.people.pictures import Pictures

# A photo's address is never used for another one; the hour is for who may no longer see the record.
KEPT_SECONDS = 60 * 60


class PhotoForm(forms.Form):
    """`cleaned_data["photo"]` are the finished pictures."""

    photo = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy(
            "JPEG, PNG or WebP, up to 10 MB. It is cut square; where and when it was taken is dropped."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={
            "required": gettext_lazy("Choose a picture first."),
            "empty": gettext_lazy("This file is empty. Choose another picture."),
        },
    )

    def clean_photo(self) -> Pictures:
        upload: File[bytes] = self.cleaned_data["photo"]
        return pictures.prepare(upload)


class ShowPhoto(KindView):
    size = "large"

    def get(self, request: HttpRequest, pk: int, photo: int) -> HttpResponse:
        person = get_visible(self.kind.model.objects.visible_to(self.user).only("pk", "photo"), pk)
        photos = Photo.objects.filter(pk=photo).values_list(self.size, flat=True)
        found: Any = photos.first() if person.photo_id == photo else None
        if found is None:  # replaced, perhaps at this very moment
            raise Http404
        response = HttpResponse(bytes(found), content_type="image/webp")
        response["Content-Disposition"] = f'inline; filename="{self.kind.key}-{person.pk}.webp"'
        patch_cache_control(response, private=True, max_age=KEPT_SECONDS, immutable=True)
        return response


class EditPhoto(KindView):
    action = "change"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, self.get_person(pk), PhotoForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_person(pk)
        if request.POST.get("action") == "remove":
            self._replace(person, None)
            messages.success(request, _("The photo of %(name)s was removed.") % {"name": person.name})
            return redirect(person)
        form = PhotoForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._show(request, person, form)
        self._replace(person, form.cleaned_data["photo"])
        messages.success(request, _("The photo of %(name)s was saved.") % {"name": person.name})
        return redirect(person)

    @transaction.atomic
    def _replace(self, person: Person, made: Pictures | None) -> None:
        people = self.kind.model.objects.all()
        before = people.select_for_update(of=("self",)).values_list("photo", flat=True).get(pk=person.pk)
        photo = Photo.objects.create(small=made.small, large=made.large, added_by=self.user) if made else None
        people.filter(pk=person.pk).update(photo=photo)
        Photo.objects.filter(pk=before).delete()
        record_change(self.user, person, self.kind, "photo_set" if made else "photo_removed")

    def _show(self, request: HttpRequest, person: Person, form: PhotoForm) -> HttpResponse:
        context = {"kind": self.kind, "person": person, "form": form}
        return render(request, "people/photo.html", context, status=422 if form.is_bound else 200)
