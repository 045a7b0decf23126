"""A seed that found something stays red until its code is another."""

import pytest

from tests.chaos.results import Results

FOUND = [{"invariant": "I1 accepted once", "what": "twice"}]


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "chaos.jsonl")


def played(**facts):
    counts = {"faults": {"broker": 1}, "kills": 2, "texts": 3, "accepted": 4, "seconds": 5.0}
    return {"seed": 7, "code": "abc", "only": "", "crowd": 60, "violations": [], **counts, **facts}


def is_done(results, **facts):
    return results.is_done(**{"seed": 7, "code": "abc", "only": "", "crowd": 60, **facts})


def test_a_seed_played_whole_without_a_violation_is_done_for_its_code_and_crowd(results, tmp_path):
    results.add(played())
    read_again = Results(tmp_path / "chaos.jsonl")

    assert is_done(read_again)
    assert read_again.is_clean("abc")
    assert not is_done(read_again, code="def")
    assert not is_done(read_again, crowd=200)
    assert not is_done(read_again, seed=8)


def test_a_part_turns_no_seed_green_and_is_never_done(results):
    results.add(played(violations=FOUND))
    results.add(played(only="POST answered"))

    assert not is_done(results)
    assert not is_done(results, only="POST answered")
    assert not results.is_clean("abc")


def test_what_was_found_once_is_not_undone_by_a_clean_run_after_it(results):
    results.add(played(violations=FOUND))
    results.add(played())

    assert not is_done(results)
    assert not results.is_clean("abc")
    assert results.is_clean("def")


@pytest.mark.parametrize("code", ["abc+", ""])
def test_what_no_commit_holds_is_never_done(results, code):
    results.add(played(code=code))

    assert not is_done(results, code=code)


def test_each_run_has_its_row(results):
    results.add(played(violations=FOUND))
    results.add(played(only="POST answered", crowd=30))

    assert list(results.table())[2:] == [
        "| 7 | abc | all | 60 | 1 | 2 | 3 | 4 | 1 | 5 |",
        "| 7 | abc | POST answered | 30 | 1 | 2 | 3 | 4 | 0 | 5 |",
    ]


def test_runs_of_former_versions_are_shown_and_never_done(results):
    old = played()
    del old["only"], old["crowd"]
    results.add(old)

    assert not is_done(results)
    assert "| 7 | abc | all | ? |" in list(results.table())[2]
