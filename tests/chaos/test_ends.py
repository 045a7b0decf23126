"""Of each of the provider's bad days another end than its own is planted, and found; its own is not."""

from __future__ import annotations

import pytest

from tests.chaos import ends
from tests.chaos.small_firm import ANA, START, SmallFirm, fill
from tests.chaos.workload import TROUBLE
from texting.models import Line, Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(tmp_path):
    firm = SmallFirm(tmp_path)
    fill(firm)
    return firm


def plant(firm, word, status, end):
    body = f"chaos-body-2 {word}"
    Text.objects.create(
        line=Line.objects.get(), number=ANA, body=body, direction="out", origin="batch", status=status,
        reason=end.reason, due_at=START, expires_at=START, provider_id="12",
    )  # fmt: skip
    for n in range(end.post_count):
        firm.post(ANA, body, at=10 + n, id="12")
    return body


def test_there_is_an_end_for_each_way_to_misbehave():
    assert set(ends.ENDS) == set(TROUBLE)


@pytest.mark.parametrize("word", TROUBLE)
def test_its_own_end_is_right_for_each(firm, word):
    end = ends.ENDS[word]

    assert ends.wrong(firm, word, plant(firm, word, end.statuses[0], end)) == []


@pytest.mark.parametrize(
    ("word", "end"),
    [
        ("#429", ends.End(("failed",), "refused", 1)),
        ("#503-retry-after", ends.End(("failed",), "refused", 1)),
        ("#internal", ends.End(("failed",), "refused", 1)),
        ("#429", ends.End(("unconfirmed",), "no_answer", 1)),
        ("#429", ends.End(("expired",), "expired", 3)),
        ("#expired", ends.End(("unconfirmed",), "no_answer", 1)),
        *(
            (word, ends.End(("failed",), "refused", 1))
            for word in ends.ENDS
            if "failed" not in ends.ENDS[word].statuses
        ),
        *((word, ends.End((ends.ENDS[word].statuses[0],), ends.ENDS[word].reason, 4)) for word in ends.ENDS),
        *((word, ends.End((ends.ENDS[word].statuses[0],), "opted_out", 1)) for word in ends.ENDS),
        ("#no-carrier", ends.End(("failed",), "refused", 1)),
        ("#refused-bare", ends.End(("unconfirmed",), "no_answer", 1)),
        ("#internal-final", ends.End(("sent",), "", 2)),
        ("#hang-before", ends.End(("sent",), "", 2)),
        ("#hang", ends.End(("unconfirmed",), "no_answer", 1)),
        ("#failed", ends.End(("delivered",), "", 1)),
        ("#late-failure", ends.End(("delivered",), "", 1)),
        ("#spam", ends.End(("undelivered",), "unreachable", 1)),
        ("#receipt", ends.End(("undelivered",), "unreachable", 1)),
    ],
)
def test_another_end_is_found(firm, word, end):
    assert ends.wrong(firm, word, plant(firm, word, end.statuses[0], end)) == [end]


def test_only_what_nobody_heard_of_is_tried_once_more():
    unheard, failed = ends.End(("unconfirmed",), "no_answer"), ends.End(("failed",), "refused")

    assert ends.are_unheard([unheard])
    assert not ends.are_unheard([])
    assert not ends.are_unheard([unheard, failed])
