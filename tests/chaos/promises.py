"""What a page has told a rep is sent: its batch is there at the end, with a result for each of those chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.chaos.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tests.chaos.firm import Firm

_RESULTS = """
SELECT b.body, count(DISTINCT b.id), count(DISTINCT (r.record_type, r.record_id)) FROM texting_batch b
LEFT JOIN texting_recipient r ON r.batch_id = b.id WHERE b.body = ANY(%s) GROUP BY b.body
"""


class Sent(NamedTuple):
    """`mark` are the words of the batch, `at_ms` when the page said that they are sent."""

    mark: str
    people_count: int
    at_ms: int


def lost(firm: Firm, acknowledged: Sequence[Sent]) -> list[Violation]:
    """Those that are not there as they were acknowledged, but for what a copy that was put back cannot know."""
    rows = firm.query(_RESULTS, [[sent.mark for sent in acknowledged]])
    kept = {mark: counts for mark, *counts in rows}
    return [
        Violation("I14 what a page says is sent is kept", _what(sent, *kept.get(sent.mark, (0, 0))))
        for sent in acknowledged
        if kept.get(sent.mark) != [1, sent.people_count] and not _is_forgotten(sent, firm.forgotten)
    ]


def _what(sent: Sent, batch_count: int, result_count: int) -> str:
    return f"{sent.mark}: {batch_count} batches, {result_count} of {sent.people_count} people have a result"


def _is_forgotten(sent: Sent, forgotten: Collection[tuple[int, int]]) -> bool:
    """What was answered before a copy was begun is in it: a page answers after the commit."""
    return any(copied_at <= sent.at_ms <= put_back_at for copied_at, put_back_at in forgotten)
