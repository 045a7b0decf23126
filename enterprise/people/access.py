"""Who may open a page about people: the permission (403), then the branch (404, as if there were none)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.views.generic import View

from enterprise.users.models import User
from texting.seam_help import get_visible

if TYPE_CHECKING:
    from django.http import HttpRequest

    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import Person, PersonQuerySet


class KindView(PermissionRequiredMixin, View):
    """A page of one kind of person; `action` names the permission: view, add or change."""

    # Set by each kind's class, or by `as_view(kind=…)`.
    kind: PersonKind = NotImplemented
    action = "view"
    raise_exception = True

    def get_permission_required(self) -> list[str]:
        return [self.kind.permission(self.action)]

    def handle_no_permission(self) -> Any:
        # Raising would answer 403 to someone who only has to sign in.
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    @property
    def user(self) -> User:
        return signed_in(self.request)

    def visible(self) -> PersonQuerySet:
        return self.visible_of(self.kind)

    def visible_of(self, kind: PersonKind) -> PersonQuerySet:
        people = kind.model.objects.visible_to(self.user)
        related = ["branch", "service_rep", *([kind.parent.field] if kind.parent else [])]
        return people.select_related(*related).with_methods()

    def get_person(self, pk: int) -> Person:
        person: Person = get_visible(self.visible(), pk)
        return person

    def lock_person(self, pk: int) -> Person:
        """The same, in a transaction: whoever else would change the record waits until it ends."""
        person: Person = get_visible(self.visible().select_for_update(of=("self",)), pk)
        return person


def signed_in(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("only for views that require signing in")
    return request.user
