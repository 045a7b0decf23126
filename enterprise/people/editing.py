"""Add, change, deactivate and reactivate a person, with their contact methods on the same form."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render

from enterprise.people.access import KindView
from enterprise.people.methods import METHOD_LABELS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from enterprise.people.forms import MethodFormSet, PersonForm
    from enterprise.people.models import Person


class PersonEditor(KindView):
    form_class: ClassVar[type[PersonForm]]
    methods_class: ClassVar[type[MethodFormSet]]
    done_words: ClassVar[str]

    def _show(self, request: HttpRequest, form: PersonForm, methods: MethodFormSet) -> HttpResponse:
        person = form.instance
        context = {"kind": self.kind, "form": form, "methods": methods, "person": person if person.pk else None}
        status = 422 if form.is_bound else 200
        return render(request, "people/form.html", context | {"list_url": f"{self.kind.app}:list"}, status=status)

    def _save(self, request: HttpRequest, person: Person) -> HttpResponse:
        form = self.form_class(request.POST, instance=person, user=self.user)
        methods = self.methods_class(request.POST, instance=person)
        # Both are asked, so that everything to correct is shown at once.
        if not all([form.is_valid(), methods.is_valid()]):
            return self._show(request, form, methods)
        with transaction.atomic():
            saved = form.save()
            methods.save()
            saved.refresh_search()
        self._say_done(request, saved)
        return redirect(saved)

    def _say_done(self, request: HttpRequest, person: Person) -> None:
        wrong = [method for method in person.methods.all() if method.is_wrong]
        messages.success(request, f"{person.name} was {self.done_words}.")
        for method in wrong:
            words = f"{METHOD_LABELS[method.type]}: {method.problem_words}."
            messages.warning(request, f"{words} It is kept as entered, but cannot be texted.")


class AddPerson(PersonEditor):
    action = "add"
    done_words = "added"

    def get(self, request: HttpRequest) -> HttpResponse:
        person = self.kind.new()
        return self._show(
            request, self.form_class(instance=person, user=self.user), self.methods_class(instance=person)
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        return self._save(request, self.kind.new())


class EditPerson(PersonEditor):
    action = "change"
    done_words = "saved"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_person(pk)
        return self._show(
            request, self.form_class(instance=person, user=self.user), self.methods_class(instance=person)
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._save(request, self.get_person(pk))


class ActivityChange(KindView):
    """Deactivating asks first, by name; both take effect only by POST."""

    action = "change"
    active: ClassVar[bool]
    verb: ClassVar[str]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {"kind": self.kind, "person": self.get_person(pk), "verb": self.verb, "active": self.active}
        return render(request, "people/confirm_activity.html", context | {"list_url": f"{self.kind.app}:list"})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_person(pk)
        person.is_active = self.active
        person.save(update_fields=["is_active"])
        messages.success(request, f"{person.name} was {self.verb.lower()}d.")
        return redirect(person)


class DeactivatePerson(ActivityChange):
    active = False
    verb = "Deactivate"


class ReactivatePerson(ActivityChange):
    active = True
    verb = "Reactivate"
