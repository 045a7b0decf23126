"""Link an employee with a contact who is the same human, or unlink them; both are shown side by side first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from enterprise.people import same_person
from enterprise.people.access import KindView
from texting.seam_help import get_visible

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from enterprise.people.models import Person, PersonQuerySet


class SamePersonView(KindView):
    """Both kinds are changed, so both permissions are needed."""

    action = "change"

    def get_permission_required(self) -> list[str]:
        return [self.kind.permission(self.action), self.kind.counterpart.permission(self.action)]

    def others(self) -> PersonQuerySet:
        """The visible records of the other kind."""
        return self.visible_of(self.kind.counterpart)

    def show(self, request: HttpRequest, person: Person, **context: Any) -> HttpResponse:
        pair = {"kind": self.kind, "other_kind": self.kind.counterpart, "person": person}
        names = {"same_person_url": "same-person", "link_url": "link-person", "unlink_url": "unlink-person"}
        urls = {key: f"{self.kind.app}:{name}" for key, name in names.items()}
        return render(request, "people/same_person.html", pair | urls | context)


class SamePerson(SamePersonView):
    """Whom a record is linked with; or who might be the same human."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_person(pk)
        other = same_person.linked_with(person, self.others())
        if other:
            return self.show(request, person, other=other, is_linked=True)
        if same_person.linked_with(person, self.kind.counterpart.model.objects.all()):
            return self.show(request, person, is_hidden=True)
        query = request.GET.get("q", "").strip()
        find = same_person.look_for(person, self.kind, self.user, query) if query else None
        matches = same_person.suggest(person, self.kind, self.user) if find is None else find
        return self.show(request, person, matches=matches, query=query)


class LinkPerson(SamePersonView):
    def get(self, request: HttpRequest, pk: int, other: int) -> HttpResponse:
        return self.show(request, self.get_person(pk), other=self._other(other))

    def post(self, request: HttpRequest, pk: int, other: int) -> HttpResponse:
        person, found = self.get_person(pk), self._other(other)
        try:
            same_person.link(self.user, person, self.kind, found)
        except same_person.AlreadyLinked:
            messages.error(request, _("Not linked: one of the two is linked with another record already."))
        else:
            said = _("%(name)s #%(ident)s and #%(other_ident)s are linked: one person, counted once.")
            idents = {"name": person.name, "ident": person.ident, "other_ident": found.ident}
            messages.success(request, said % idents)
        return redirect(person)

    def _other(self, pk: int) -> Person:
        found: Person = get_visible(self.others(), pk)
        return found


class UnlinkPerson(SamePersonView):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.get_person(pk)
        other = same_person.linked_with(person, self.others())
        if other is None:
            raise Http404
        try:
            same_person.unlink(self.user, person, self.kind, other)
        except same_person.AlreadyLinked:
            messages.info(request, _("Nothing was changed: these records were not linked any more."))
        else:
            idents = {"ident": person.ident, "other_ident": other.ident}
            messages.success(request, _("#%(ident)s and #%(other_ident)s are two people again.") % idents)
        return redirect(person)
