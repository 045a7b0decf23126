"""ZipWhip's codes: the sheet's table, and the order in which news beat each other."""

import pytest

from texting.providers.zipwhip.statuses import news_of
from texting.vocabulary import Reason, TextStatus


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        (0, TextStatus.DELIVERED, None),
        (1, TextStatus.SENT, None),
        (2, TextStatus.SENT, None),
        (3, TextStatus.SENT, None),
        (4, TextStatus.DELIVERED, None),
        (5, TextStatus.UNDELIVERED, Reason.UNREACHABLE),
        (6, TextStatus.DELIVERED, None),
        (7, TextStatus.UNDELIVERED, Reason.UNREACHABLE),
        (-1234, TextStatus.UNDELIVERED, Reason.OPTED_OUT),
        (-855, TextStatus.UNDELIVERED, Reason.UNREACHABLE),
        (-801, TextStatus.UNDELIVERED, Reason.SPAM),
        (-124, TextStatus.UNDELIVERED, Reason.NOT_TEXTABLE),
        (-99999, TextStatus.UNDELIVERED, Reason.UNREACHABLE),
        # Never listed: claims nothing.
        (8, TextStatus.SENT, None),
        (1003, TextStatus.SENT, None),
    ],
)
def test_a_code_says_what_became_of_a_text(code, status, reason):
    news = news_of(code)

    assert (news.status, news.reason, news.provider_code) == (status, reason, str(code))


def test_news_rank_transient_presumed_confirmed_receipt():
    ranks = [[news_of(code).rank for code in group] for group in ((1, 2, 3, 99), (0,), (4, 5, -1234, -801, -7), (6, 7))]

    assert [len(set(group)) for group in ranks] == [1, 1, 1, 1]
    assert sorted(group[0] for group in ranks) == [group[0] for group in ranks]
    assert len({group[0] for group in ranks}) == 4
