"""What changes on a record, with its entry in the audit: which fields, not what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from enterprise.administration import audit

if TYPE_CHECKING:
    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import Person
    from enterprise.users.models import User


@transaction.atomic
def deactivate(user: User, person: Person, kind: PersonKind) -> None:
    person.is_active = False
    person.save(update_fields=["is_active"])
    record_change(user, person, kind, "deactivated")


@transaction.atomic
def reactivate(user: User, person: Person, kind: PersonKind) -> None:
    person.is_active = True
    person.save(update_fields=["is_active"])
    record_change(user, person, kind, "reactivated")


def record_change(user: User, person: Person, kind: PersonKind, done: str, **facts: object) -> None:
    """`done` is the end of the action's name: "employee.changed"."""
    audit.record(actor_id=user.pk, action=f"{kind.key}.{done}", subject=f"{kind.key}:{person.pk}", facts=facts)
