"""A line's list at its provider, read in pages: whatever moves between two of them, none of its texts is missed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.texting.conftest import ANA, LINE_NUMBER
from texting import backfill, provider_texts
from texting.errors import OutcomeUnknown
from texting.models import Line
from texting.providers.base import OddRow, ProviderText
from texting.vocabulary import Direction

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def told(provider_id, *, age=timedelta(0)):
    return ProviderText(str(provider_id), Direction.IN, ANA, LINE_NUMBER, "YES", timezone.now() - age)


class Listing:
    """Answers with no more than its own limit; `meanwhile` changes the rows after each page."""

    def __init__(self, rows, *, cap, meanwhile=lambda rows: None):
        self.rows, self.cap, self.meanwhile = rows, cap, meanwhile
        self.starts = []

    def __call__(self, session_key, *, start, limit):
        self.starts.append(start)
        page = self.rows[start : start + min(limit, self.cap)]
        self.meanwhile(self.rows)
        return page


@pytest.fixture
def read(line, provider):
    """Read a list since a day ago; return the ids, the newest first."""

    def read(listing):
        provider.list_texts = listing
        listed = provider_texts.list_since(line, timezone.now() - DAY)
        return [text.provider_id for text in reversed(listed)]

    return read


def ids(*numbers):
    return [str(number) for number in numbers]


def rows(count):
    return [told(number) for number in range(count)]


@pytest.mark.parametrize("cap", [1, 2, 5, 6, 30, 100, 1000])
def test_a_provider_with_a_limit_of_its_own_hides_nothing(read, cap):
    assert read(Listing(rows(205), cap=cap)) == ids(*range(205))


@pytest.mark.parametrize("place", [0, 3, 25, 29])
def test_a_text_deleted_between_two_pages_hides_no_other(read, place):
    """It moves what follows up, so that a row would stand on neither page."""
    listed = read(Listing(rows(200), cap=30, meanwhile=lambda rows: rows.pop(place)))

    assert set(listed) >= set(ids(*range(50, 200)))


def test_texts_that_come_between_two_pages_hide_none(read):
    ours = rows(100)

    def come(rows):
        rows[:0] = [told(f"new-{len(rows)}-{number}") for number in range(28)]

    listing = Listing(ours, cap=30, meanwhile=lambda rows: come(rows) if len(listing.starts) < 4 else None)

    assert [one for one in read(listing) if "new" not in one] == ids(*range(100))


def test_a_list_that_moved_further_than_pages_overlap_is_read_anew(read):
    def clear(rows):
        if len(listing.starts) == 1:
            del rows[:20]

    listing = Listing(rows(100), cap=30, meanwhile=clear)

    assert read(listing) == ids(*range(20, 100))
    assert listing.starts.count(0) == 2


def test_a_list_that_never_holds_still_is_not_called_complete(read):
    def move(rows):
        del rows[:20]

    with pytest.raises(OutcomeUnknown):
        read(Listing(rows(1000), cap=30, meanwhile=move))


def test_a_line_whose_list_never_holds_still_is_compared_again(line, provider):
    def move(rows):
        del rows[:20]

    provider.list_texts = Listing(rows(1000), cap=30, meanwhile=move)
    backfill.backfill_due()

    line = Line.objects.get()
    assert line.backfilled_at is None
    assert line.next_backfill_at < timezone.now() + backfill.EVERY / 2


def test_a_text_in_the_wrong_place_ends_no_list(read):
    listing = [told(1), told(2, age=2 * DAY), *(told(number) for number in range(3, 50))]

    assert read(Listing(listing, cap=30)) == ids(*range(1, 50))


def test_a_list_is_read_no_further_than_its_first_old_page(read):
    listing = Listing([told(number, age=DAY * number / 50) for number in range(1000)], cap=30)

    assert set(read(listing)) >= set(ids(*range(51)))
    assert max(listing.starts) < 60


def test_rows_that_are_no_texts_stop_nothing(read):
    ours = [OddRow.GROUP] * 70 + [told(1), *[OddRow.GROUP] * 40, told(2), told(3)]

    assert read(Listing(ours, cap=30)) == ids(1, 2, 3)


def test_an_empty_list_is_asked_for_once(read):
    listing = Listing([], cap=30)

    assert read(listing) == []
    assert listing.starts == [0]


def test_a_list_that_ends_on_a_full_page_is_asked_no_more_than_once_beyond(read):
    listing = Listing(rows(30), cap=30)

    assert read(listing) == ids(*range(30))
    assert len(listing.starts) == 2
