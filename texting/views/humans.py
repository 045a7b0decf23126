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
    """A record by its kind."""

    label: str
    url: str


@dataclass(frozen=True)
class Human:
    """`records` has more than one where a human is on several."""

    name: str
    records: list[RecordLink]

    @property
    def url(self) -> str:
        """Of the first record."""
        return self.records[0].url


def humans(about: Iterable[ConversationRecord | Recipient], visible: Mapping[RecordKey, Candidate]) -> list[Human]:
    """Those whom the `visible` ones of records are about, in the order of the records.

    Who shares a line reads what went over it, but not whom it went to where the record is another branch's.
    """
    by_human: dict[RecordKey, Human] = {}
    for one in about:
        candidate = visible.get(one.key)
        record_type = seam.find_record_type(one.record_type)
        if candidate and record_type:
            human = by_human.setdefault(min([one.key, *candidate.same_person_as]), Human(one.name, []))
            human.records.append(RecordLink(str(record_type.label), candidate.url))
    return list(by_human.values())
