"""What was selected in a search or on a record: the keys of records, or "all that match" with the search's query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import QueryDict

from enterprise.people.kinds import kinds
from texting import seam
from texting.seam import RecordKey

if TYPE_CHECKING:
    from enterprise.people.kinds import PersonKind
    from enterprise.users.models import User


@dataclass(frozen=True, slots=True)
class Chosen:
    """`fields` are what a form posts to choose the same people again; `keys` are not yet narrowed to what one sees."""

    keys: list[RecordKey]
    fields: list[tuple[str, str]]

    @property
    def kinds(self) -> list[PersonKind]:
        there = {key.record_type for key in self.keys}
        return [kind for kind in kinds() if kind.key in there]

    @property
    def ids(self) -> list[int]:
        return [key.record_id for key in self.keys]

    @property
    def noun(self) -> str:
        """E.g. "1,284 employees"."""
        return self.kinds[0].count(len(self.keys))


def read_selection(data: QueryDict, user: User) -> Chosen:
    """Read what `static/js/selection.js` posts. What is no key is left out; "all" is searched again here."""
    if data.get("all") == "1":
        left_out = _read_keys(data.getlist("except"))
        return _all_that_match(data.get("record_type", ""), data.get("query", ""), left_out, user)
    keys = _read_keys(data.getlist("keys"))
    return Chosen(keys, [("keys", str(key)) for key in keys])


def _read_keys(raw_keys: list[str]) -> list[RecordKey]:
    known = {kind.key for kind in kinds()}
    keys: dict[RecordKey, None] = {}
    for raw in raw_keys:
        try:
            key = RecordKey.parse(raw)
        except ValueError:
            continue
        if key.record_type in known:
            keys[key] = None
    return list(keys)


def _all_that_match(type_key: str, query: str, left_out: list[RecordKey], user: User) -> Chosen:
    record_type = seam.find_record_type(type_key)
    if record_type is None:
        return Chosen([], [])
    fields = [("all", "1"), ("record_type", type_key), ("query", query)]
    fields += [("except", str(key)) for key in left_out]
    keys = [RecordKey(type_key, record_id) for record_id in record_type.matching_ids(user, QueryDict(query))]
    return Chosen([key for key in keys if key not in set(left_out)], fields)
