"""Who does not want texts, for the rows of a page: by a word to us, or by a wish on the same human's other record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texting import seam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import Person, PersonQuerySet


def note_wishes(people: Sequence[Person], kind: PersonKind) -> None:
    """Fill `opted_out` and `asked_elsewhere` of people with their methods prefetched: two queries for all of them."""
    numbers = {person.pk: person.number_for_texts.e164 for person in people}
    opted_out = seam.opted_out({number for number in numbers.values() if number})
    others: PersonQuerySet = kind.counterpart.model.objects.all()
    asked_there = others.filter(same_person__in=list(numbers), do_not_text=True)
    asked = set(asked_there.values_list("same_person", flat=True))
    for person in people:
        person.opted_out = opted_out.get(numbers[person.pk])
        person.asked_elsewhere = person.pk in asked
