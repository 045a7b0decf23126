"""Records as people: two records of one human are shown as one, each of them within reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from texting import seam

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from texting.models import ConversationRecord, Recipient
    from texting.seam import Candidate, RecordKey


class RecordLink(NamedTuple):
    """A record by its kind; `url` is "" for one that is gone."""

    label: str
    url: str


@dataclass(frozen=True)
class Human:
    """`records` has more than one where a human is on several."""

    name: str
    records: list[RecordLink]

    @property
    def url(self) -> str:
        """Of the first record that is there."""
        return next((record.url for record in self.records if record.url), "")


def humans(about: Iterable[ConversationRecord | Recipient], found: Mapping[RecordKey, Candidate]) -> list[Human]:
    """Those whom records are about, in the order of the records; `found` are the records that are there."""
    by_human: dict[RecordKey, Human] = {}
    for one in about:
        candidate = found.get(one.key)
        first_key = min([one.key, *candidate.same_person_as]) if candidate else one.key
        human = by_human.setdefault(first_key, Human(one.name, []))
        record_type = seam.find_record_type(one.record_type)
        label = str(record_type.label) if record_type else one.record_type
        human.records.append(RecordLink(label, candidate.url if candidate else ""))
    return list(by_human.values())
