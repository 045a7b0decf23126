"""Who does not want texts, for the rows of a page: by a word to us, or by a wish on the same human's other record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enterprise.people.filters import TEXTABLE
from texting import seam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import Person, PersonQuerySet


def count_textable(people: PersonQuerySet, kind: PersonKind) -> int:
    """How many of `people` can be texted, as far as nobody writes yet: a handful of queries however many they are."""
    textable = people.filter(TEXTABLE["yes"][1])
    methods = kind.method_model.stored().filter(person__in=textable.order_by().values("pk")).exclude(e164="")
    opted_out = seam.opted_out(set(methods.values_list("e164", flat=True)))
    holders = methods.filter(e164__in=list(opted_out)).values("person")
    lost = textable.filter(pk__in=holders).with_methods() if opted_out else []
    return textable.count() - sum(person.number_for_texts.e164 in opted_out for person in lost)


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
