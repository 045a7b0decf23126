"""One human who is both employee and contact: two records, linked one to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from enterprise.administration import audit
from enterprise.people.folding import fold
from texting.numbers import format_number

if TYPE_CHECKING:
    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import Person, PersonQuerySet
    from enterprise.users.models import User

MOST_SUGGESTED = 20


class AlreadyLinked(Exception):
    """One of the two is linked with somebody else, or they were linked or unlinked meanwhile."""


class Match(NamedTuple):
    """A record that may be the same human, and what speaks for it, in words."""

    person: Person
    reasons: list[str]


def linked_with(person: Person, people: PersonQuerySet) -> Person | None:
    """The record of the same human among `people`, who are of the other kind."""
    found: Person | None = people.filter(same_person=person.pk).first()
    return found


def suggest(person: Person, kind: PersonKind, user: User) -> list[Match]:
    """Records of the other kind with the same number, e-mail or name, the likeliest first."""
    others = _free(kind, user)
    methods = person.entered_methods()
    numbers = [method.e164 for method in methods if method.e164]
    holders = kind.counterpart.method_model.stored().filter(e164__in=numbers).values("person")
    found = set(others.filter(pk__in=holders).values_list("pk", flat=True)[:MOST_SUGGESTED])
    found.update(others.filter(sort_name=person.sort_name).values_list("pk", flat=True)[:MOST_SUGGESTED])
    for email in {fold(method.value) for method in methods if not method.is_phone} - {""}:
        found.update(others.filter(search__contains=email).values_list("pk", flat=True)[:MOST_SUGGESTED])
    matches = [_match(person, other) for other in others.filter(pk__in=found)]
    likely = sorted((match for match in matches if match.reasons), key=lambda match: -len(match.reasons))
    return likely[:MOST_SUGGESTED]


def look_for(person: Person, kind: PersonKind, user: User, query: str) -> list[Match]:
    """Records of the other kind that a search finds and that are not linked yet."""
    return [_match(person, other) for other in _free(kind, user).search(query)[:MOST_SUGGESTED]]


def link(user: User, person: Person, kind: PersonKind, other: Person) -> None:
    """Say that two records are one human. Raises AlreadyLinked."""
    holders, held = _holders(person, kind, other)
    try:
        with transaction.atomic():
            if not holders.filter(same_person__isnull=True).update(same_person=held):
                raise AlreadyLinked
            _record(user, "person.linked", person, kind, other)
    except IntegrityError as error:
        raise AlreadyLinked from error


def unlink(user: User, person: Person, kind: PersonKind, other: Person) -> None:
    """Say that two records are two humans after all. Raises AlreadyLinked when they were not linked any more."""
    holders, held = _holders(person, kind, other)
    with transaction.atomic():
        if not holders.filter(same_person=held).update(same_person=None):
            raise AlreadyLinked
        _record(user, "person.unlinked", person, kind, other)


def _free(kind: PersonKind, user: User) -> PersonQuerySet:
    people = kind.counterpart.model.objects.visible_to(user).filter(same_person__isnull=True)
    related = [kind.counterpart.parent.field] if kind.counterpart.parent else []
    return people.select_related("branch", *related).with_methods()


def _match(person: Person, other: Person) -> Match:
    theirs = other.entered_methods()
    emails = {fold(method.value) for method in theirs if not method.is_phone} - {""}
    numbers = {method.e164 for method in theirs if method.e164}
    same_numbers = dict.fromkeys(method.e164 for method in person.entered_methods() if method.e164 in numbers)
    reasons = [_("same number %(number)s") % {"number": format_number(number)} for number in same_numbers]
    if any(fold(method.value) in emails for method in person.entered_methods() if not method.is_phone):
        reasons.append(_("same e-mail"))
    if other.sort_name == person.sort_name:
        reasons.append(_("same name"))
    return Match(other, reasons)


def _holders(person: Person, kind: PersonKind, other: Person) -> tuple[PersonQuerySet, Person]:
    """The one record whose table holds the link, as a queryset, and the record it leads to."""
    if kind.holds_same_person:
        return kind.model.objects.all().filter(pk=person.pk), other
    return kind.counterpart.model.objects.all().filter(pk=other.pk), person


def _record(user: User, action: str, person: Person, kind: PersonKind, other: Person) -> None:
    """On both, so that the history of each is whole."""
    ours, theirs = f"{kind.key}:{person.pk}", f"{kind.counterpart.key}:{other.pk}"
    audit.record(actor_id=user.pk, action=action, subject=ours, facts={"same_person": theirs})
    audit.record(actor_id=user.pk, action=action, subject=theirs, facts={"same_person": ours})
