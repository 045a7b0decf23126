"""What employees and contacts tell texting: the shared part of `texting.seam.RecordType`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import reverse

from enterprise.messagelog.filing import filing_choices
from enterprise.people import for_texts
from enterprise.people.kinds import get_kind
from enterprise.people.methods import PRIORITY
from texting.seam import Candidate, FilingChoice, Found, RecordKey, TypedNumber
from texting.vocabulary import MethodType

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from django.contrib.auth.models import AbstractUser
    from django.http import QueryDict

    from enterprise.people.filters import PersonFilter
    from enterprise.people.models import ContactMethod, Person, PersonQuerySet

_TYPES = {method_type.value: method_type for method_type in MethodType}
_COLUMNS = (
    "pk",
    "ident",
    "first_name",
    "last_name",
    "is_active",
    "do_not_text",
    "same_person__do_not_text",
    "branch__region",
    "branch__name",
    "same_person",
)


class PersonRecords:
    """A kind of person that can be texted: two queries for any number of ids, no model instances."""

    key: str
    # Columns, besides the name, that fill placeholders: {placeholder: column}.
    placeholders: ClassVar[dict[str, str]]
    model: type[Person]
    method_model: type[ContactMethod]

    @property
    def label(self) -> str:
        return str(get_kind(self.key).label)

    @property
    def label_plural(self) -> str:
        return str(get_kind(self.key).label_plural)

    def filter_class(self) -> type[PersonFilter]:
        """The filters of this kind's search page; imported late, for it needs all models."""
        raise NotImplementedError

    def candidates(self, user: AbstractUser, ids: Iterable[int]) -> list[Candidate]:
        return self._read(self._visible(user), ids)

    def describe(self, ids: Iterable[int]) -> list[Candidate]:
        return self._read(self.model.objects.all(), ids)

    def match_numbers(self, numbers: Collection[str]) -> dict[str, list[Candidate]]:
        held = self.method_model.stored().filter(e164__in=[number for number in numbers if number])
        holders: defaultdict[str, set[int]] = defaultdict(set)
        for number, person_id in held.values_list("e164", "person_id"):
            holders[number].add(person_id)
        people = {one.key.record_id: one for one in self.describe(set().union(*holders.values()))}
        return {
            number: sorted(
                (people[pk] for pk in sorted(ids) if pk in people), key=lambda candidate: not candidate.is_active
            )
            for number, ids in holders.items()
        }

    def look_up(self, user: AbstractUser, words: str, most: int) -> Found:
        found = self._visible(user).search(words)
        return Found(list(found.namesakes_first(words).values_list("pk", flat=True)[:most]), found.count())

    def matching_ids(self, user: AbstractUser, query: QueryDict) -> list[int]:
        found = self.filter_class()(query, queryset=self._visible(user), user=user)
        if not found.is_valid():  # a filter nobody can read must not mean "everyone"
            return []
        return list(found.qs.order_by("sort_name", "pk").values_list("pk", flat=True))

    def filing_choices(self) -> list[FilingChoice]:
        return filing_choices(self.key)

    def new_record_url(self, user: AbstractUser, e164: str, made_for: str) -> str:
        meta = self.model._meta
        if not user.has_perm(f"{meta.app_label}.add_{meta.model_name}"):
            return ""
        return f"{reverse(f'{meta.app_label}:add')}?{for_texts.query(e164, made_for)}"

    def _visible(self, user: AbstractUser) -> PersonQuerySet:
        meta = self.model._meta
        may_view = user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
        return self.model.objects.visible_to(user) if may_view else self.model.objects.none()

    def _read(self, people: PersonQuerySet, ids: Iterable[int]) -> list[Candidate]:
        wanted = list(dict.fromkeys(ids))
        columns = [*_COLUMNS, *self.placeholders.values()]
        rows = {row[0]: row for row in people.filter(pk__in=wanted).order_by().values_list(*columns)}
        numbers = self._numbers(rows)
        url, edit_url = (_Address(f"{self.model._meta.app_label}:{page}") for page in ("detail", "edit"))
        return [
            self._candidate(rows[pk], numbers.get(pk, ()), url=url, edit_url=edit_url) for pk in wanted if pk in rows
        ]

    def _numbers(self, ids: Iterable[int]) -> dict[int, list[TypedNumber]]:
        methods = self.method_model.stored().filter(person_id__in=list(ids), type__in=PRIORITY).order_by("pk")
        rows = methods.values_list("person_id", "type", "value", "is_primary")
        numbers: defaultdict[int, list[TypedNumber]] = defaultdict(list)
        for person_id, method_type, value, is_primary in rows:
            numbers[person_id].append(TypedNumber(_TYPES[method_type], value, is_primary))
        return numbers

    def _candidate(
        self, row: tuple[Any, ...], numbers: Sequence[TypedNumber], *, url: _Address, edit_url: _Address
    ) -> Candidate:
        pk, ident, first_name, last_name, is_active, *wishes = row[:7]
        region, branch, same_person, *others = row[7:]
        merge_values = {"first_name": first_name, "last_name": last_name}
        merge_values |= dict(zip(self.placeholders, others, strict=True)) | {"branch": branch}
        return Candidate(
            key=RecordKey(self.key, pk),
            name=f"{first_name} {last_name}".strip(),
            ident=ident,
            url=f"{url.head}{pk}{url.tail}",
            edit_url=f"{edit_url.head}{pk}{edit_url.tail}",
            is_active=is_active,
            # Whoever asked not to be texted asked as a human, whichever record it was noted on.
            do_not_text=any(wishes),
            numbers=numbers,
            region=region,
            merge_values=merge_values,
            same_person_as=frozenset(
                {RecordKey(get_kind(self.key).counterpart_key, same_person)} if same_person else ()
            ),
        )


class _Address:
    """The address of any record: resolving it for each of thousands would take longer than all the rest."""

    def __init__(self, view: str) -> None:
        self.head, _, self.tail = reverse(view, args=[0]).rpartition("0")
