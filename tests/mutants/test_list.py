"""The list of mutants keeps up with the code, so that `make mutants` can be run as a whole at any time."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.mutants.mutant import CHECKOUT, problems
from tests.mutants.mutants import MUTANTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_breaks_is_there_once_still_runs_and_has_its_test(mutant):
    assert problems(mutant) == []


def test_the_readme_says_how_many_there_are():
    (said,) = re.findall(r"`make mutants` breaks (\d+) of the lines", (CHECKOUT / "README.md").read_text())

    assert int(said) == len(MUTANTS)


def test_each_mutant_has_a_name_of_its_own():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"new": "        if nobody_defines_this:\n"}, "nobody_defines_this"),
        ({"new": "        if (:\n"}, "cannot run any more"),
        ({"old": "nowhere"}, "0 times"),
        ({"test": "test_that_is_gone"}, "there is no"),
    ],
)
def test_what_makes_a_mutant_worthless_is_said(change, words):
    mutant = next(mutant for mutant in MUTANTS if mutant.name == "anybody may send from any line")
    (problem,) = problems(replace(mutant, **change))
    assert words in problem
