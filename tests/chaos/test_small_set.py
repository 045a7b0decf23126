"""The faults that matter most, once each, in every run of the tests; `make chaos` plays all, seed after seed."""

from __future__ import annotations

import sys

import pytest

from tests.chaos import campaign
from tests.chaos.firm import Firm
from tests.chaos.nemesis import FAULTS

SMALL_SET = (
    "claimed, not posted",
    "POST written, not answered",
    "POST answered",
    "outcome recorded, uncommitted",
    "event applied, uncommitted",
    "webhook stored, not answered",
    "batch committed, not answered",
    "logged, uncommitted",
    "frozen past the lease",
    "deployment (SIGTERM)",
    "PostgreSQL kill -9",
    "connection cut at COMMIT",
    "broker away",
    "STOP during a batch",
    "#hang",
    "#reset",
)


@pytest.fixture
def firm():
    firm = Firm()
    try:
        firm.start()
        yield firm
    finally:
        firm.stop()


def test_under_the_faults_that_matter_most_nothing_is_sent_twice_lost_or_told_wrongly(firm, capsys):
    faults = [fault for fault in FAULTS if fault.name in SMALL_SET]
    assert len(faults) == len(SMALL_SET)

    result = campaign.run(firm, faults, seed=2026)

    with capsys.disabled():
        sys.stderr.write(f"\nthe small set of faults was played in {result.seconds:.0f} s\n")
    log = (firm.folder / "log").read_text(errors="replace")
    assert result.violations == [], log[-5000:]
    assert result.accepted >= 50
