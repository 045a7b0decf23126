"""What the proof arms and shortens is there: a place that is gone by its name would be passed by nobody, in silence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.chaos import failpoints, inside
from tests.chaos.failpoints import BY_NAME, FAILPOINTS, STANDSTILLS, Failpoint
from texting import backfill


@pytest.mark.parametrize("failpoint", BY_NAME.values(), ids=BY_NAME)
def test_the_function_of_every_failpoint_is_there(failpoint):
    holder, name = failpoints.find(failpoint)

    assert callable(getattr(holder, name))


def test_each_failpoint_has_a_name_of_its_own():
    assert len(BY_NAME) == len(FAILPOINTS) + len(STANDSTILLS)


def test_a_failpoint_at_a_function_that_is_gone_is_an_error():
    with pytest.raises(AttributeError):
        failpoints.find(Failpoint("gone", "runner", "texting.claims:nothing_by_this_name"))


def test_shortening_what_is_not_there_is_an_error(monkeypatch):
    monkeypatch.delattr(backfill, "WHILE_MOVING")

    with pytest.raises(AttributeError, match="has no WHILE_MOVING"):
        inside._set(backfill, WHILE_MOVING=inside.SECOND)


def test_a_process_dies_at_the_passage_that_was_asked_for():
    program = (
        "from tests.chaos import failpoints\n"
        "import textwrap\n"
        "failpoints.BY_NAME['x'] = failpoints.Failpoint('x', 'runner', 'textwrap:dedent', after=True)\n"
        "failpoints.arm_from_environment()\n"
        "for words in ('', 'a', 'b', 'c'): print(textwrap.dedent(words), flush=True)\n"
    )
    environment = {**os.environ, failpoints.VARIABLE: "SIGKILL 2 x"}

    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "\na\n")
