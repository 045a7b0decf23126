"""Add, change, deactivate and reactivate a person, with their contact methods on the same form."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enterprise.people import changes, for_texts
from enterprise.people.access import KindView
from enterprise.people.forms import methods_class
from enterprise.people.methods import METHOD_LABELS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from enterprise.people.forms import MethodFormSet, PersonForm
    from enterprise.people.models import Person


class PersonEditor(KindView):
    form_class: ClassVar[type[PersonForm]]
    methods_class: ClassVar[type[MethodFormSet]]
    done_code: ClassVar[str]

    def done(self) -> str:
        """What was done, with a place for the %(name)s."""
        raise NotImplementedError

    def _show(self, request: HttpRequest, form: PersonForm, methods: MethodFormSet) -> HttpResponse:
        person = form.instance
        context = {"kind": self.kind, "form": form, "methods": methods, "person": person if person.pk else None}
        context["form_key"] = person.form_key or uuid.uuid4()
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
            fields = [*form.changed_data, *(["methods"] if methods.has_changed() else [])]
            if fields:
                changes.record_change(self.user, saved, self.kind, self.done_code, fields=sorted(fields))
        messages.success(request, self.done() % {"name": saved.name})
        warn_of_wrong_numbers(request, saved)
        return self.go_on(request, saved)

    def go_on(self, request: HttpRequest, person: Person) -> HttpResponse:
        return redirect(person)


class AddPerson(PersonEditor):
    action = "add"
    done_code = "added"

    def done(self) -> str:
        return _("%(name)s was added.")

    def get(self, request: HttpRequest) -> HttpResponse:
        person = self.kind.new()
        return self._show(
            request,
            self.form_class(instance=person, user=self.user),
            self.methods_class(instance=person, initial=for_texts.first_methods(request)),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        key = form_key_of(request)
        try:
            return self._added(key) or self._save(request, self.kind.new(form_key=key))
        except IntegrityError:
            # Both clicks of a double click may come this far.
            if answer := self._added(key):
                return answer
            raise

    def _added(self, key: uuid.UUID | None) -> HttpResponse | None:
        """Where the same form led when it was posted before; None when it was not."""
        person = self.visible().filter(form_key=key).first() if key else None
        return redirect(person) if person else None

    def go_on(self, request: HttpRequest, person: Person) -> HttpResponse:
        return for_texts.hand_over(request, self.kind.key, person) or super().go_on(request, person)


def form_key_of(request: HttpRequest) -> uuid.UUID | None:
    """What the form was shown with, the same for both clicks of a double click."""
    try:
        return uuid.UUID(request.POST.get("form_key", ""))
    except ValueError:
        return None


class EditPerson(PersonEditor):
    action = "change"
    done_code = "changed"

    def done(self) -> str:
        return _("%(name)s was saved.")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_person(pk)
        return self._show(
            request, self.form_class(instance=person, user=self.user), self.methods_class(instance=person)
        )

    @transaction.atomic
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._save(request, self.lock_person(pk))


class EditMethods(KindView):
    """The contact methods alone, for the moment in which somebody says a new number on the phone."""

    action = "change"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_person(pk)
        return self._show(request, person, self._methods_class()(instance=person))

    @transaction.atomic
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.lock_person(pk)
        methods = self._methods_class()(request.POST, instance=person)
        if not methods.is_valid():
            return self._show(request, person, methods)
        methods.save()
        person.refresh_search()
        if methods.has_changed():
            changes.record_change(self.user, person, self.kind, "changed", fields=["methods"])
        messages.success(request, _("The contact methods of %(name)s were saved.") % {"name": person.name})
        warn_of_wrong_numbers(request, person)
        return redirect(f"{person.get_absolute_url()}#contact-methods")

    def _methods_class(self) -> type[MethodFormSet]:
        return methods_class(self.kind.model, self.kind.method_model)

    def _show(self, request: HttpRequest, person: Person, methods: MethodFormSet) -> HttpResponse:
        context = {"kind": self.kind, "person": person, "methods": methods}
        return render(request, "people/methods.html", context, status=422 if methods.is_bound else 200)


class ActivityChange(KindView):
    """Deactivating asks first, by name; both take effect only by POST."""

    action = "change"
    active: ClassVar[bool]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {"kind": self.kind, "person": self.get_person(pk), "active": self.active}
        return render(request, "people/confirm_activity.html", context)

    @transaction.atomic
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.lock_person(pk)
        messages.success(request, self.change(person) % {"name": person.name})
        return redirect(person)

    def change(self, person: Person) -> str:
        """Make it so, and say it."""
        raise NotImplementedError


class DeactivatePerson(ActivityChange):
    active = False

    def change(self, person: Person) -> str:
        changes.deactivate(self.user, person, self.kind)
        return _("%(name)s was deactivated.")


class ReactivatePerson(ActivityChange):
    active = True

    def change(self, person: Person) -> str:
        changes.reactivate(self.user, person, self.kind)
        return _("%(name)s was reactivated.")


def warn_of_wrong_numbers(request: HttpRequest, person: Person) -> None:
    for method in person.methods.all():
        if method.is_wrong:
            words = _("%(type)s: %(problem)s. It is kept as entered, but cannot be texted.")
            messages.warning(request, words % {"type": METHOD_LABELS[method.type], "problem": method.problem_words})
