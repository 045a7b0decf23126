"""The list of mutants keeps up with the code, so that `make mutants` can be run as a whole at any time."""

from __future__ import annotations

import pytest

from tests.mutants.mutants import MUTANTS, problems


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_breaks_is_there_once_and_its_tests_exist(mutant):
    assert problems(mutant) == []
