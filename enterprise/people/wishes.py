"""Who does not want texts, for the rows of a page: by a word to us, or by a wish on the same human's other record."""

from __future__ import annotations

from functools import reduce
from itertools import groupby
from operator import attrgetter, or_
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, ExpressionWrapper, Q

from enterprise.people.filters import can_be_texted
from enterprise.people.methods import choose_number
from texting import seam, seam_help

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import Person, PersonQuerySet


def count_textable(people: PersonQuerySet, kind: PersonKind) -> int:
    """How many of `people` Send Text would text: a handful of queries, however many they are."""
    refusals = seam_help.refusals()
    textable = people.filter(can_be_texted())
    # The index of numbers leaves out those that are none.
    methods = kind.method_model.stored().exclude(e164="")
    holders: set[int] = set()
    for numbers in refusals.numbers:
        held = methods.filter(e164__in=numbers).values("person")
        holders.update(textable.order_by().filter(pk__in=held).values_list("pk", flat=True))
    return textable.count() - (_count_refused(holders, kind, refusals.numbers) if holders else 0)


def _count_refused(holders: set[int], kind: PersonKind, numbers: Iterable[QuerySet[Any, Any]]) -> int:
    """Those whose texts go to a refused number: what they hold of such may be another of theirs."""
    is_refused = reduce(or_, [Q(e164__in=each) for each in numbers])
    methods = kind.method_model.stored().filter(person__in=holders).order_by("person", "pk")
    told = methods.annotate(is_refused=ExpressionWrapper(is_refused, BooleanField()))
    rows = list(told.values_list("person", "type", "value", "is_primary", "e164", "problem", "is_refused", named=True))
    refused = {row.e164 for row in rows if row.is_refused}
    return sum(choose_number(each).e164 in refused for _, each in groupby(rows, key=attrgetter("person")))


def note_wishes(people: Sequence[Person], kind: PersonKind) -> None:
    """Fill `opted_out` and `asked_elsewhere` of people with their methods prefetched: two queries for all of them."""
    numbers = {person.pk: person.number_for_texts.e164 for person in people}
    opted_out = seam.opted_out({number for number in numbers.values() if number})
    asked = asked_elsewhere(list(numbers), kind)
    for person in people:
        person.opted_out = opted_out.get(numbers[person.pk])
        person.asked_elsewhere = person.pk in asked


def asked_elsewhere(ids: Sequence[int], kind: PersonKind) -> set[int]:
    """Those whose wish is noted on the same human's other record, whoever may see that: Send Text heeds it as well."""
    others: PersonQuerySet = kind.counterpart.model.objects.all()
    asked_there = others.filter(same_person__in=ids, do_not_text=True)
    return set(asked_there.values_list("same_person", flat=True))
