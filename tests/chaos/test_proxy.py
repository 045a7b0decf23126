"""The cutter tells a commit that changed something from one that did not, by what passes through it."""

from __future__ import annotations

import pytest

from tests.chaos.proxy import BATCH, CLAIM, OUTCOME, _Talk


def answer(tag: bytes) -> bytes:
    return b"C\x00\x00\x00" + bytes([len(tag) + 5]) + tag + b"\x00Z\x00\x00\x00\x05T"


@pytest.mark.parametrize(
    ("kind", "tag"), [(CLAIM, b"SELECT 2"), (OUTCOME, b"UPDATE 1"), (BATCH, b"INSERT 0 100")], ids=str
)
def test_a_statement_that_found_rows_marks_its_transaction(kind, tag):
    talk = _Talk()
    talk.read_up(b"Q....WITH " + kind.words + b" ...\x00")
    talk.read_down(answer(tag))

    assert talk.done == {kind}


def test_a_claim_that_found_nothing_does_not():
    talk = _Talk()
    talk.read_up(CLAIM.words)
    talk.read_down(answer(b"SELECT 0"))
    talk.read_up(b"SELECT now()")
    talk.read_down(answer(b"SELECT 1"))

    assert talk.done == set()


def test_words_and_answers_are_seen_across_two_chunks():
    talk = _Talk()
    talk.read_up(OUTCOME.words[:9])
    talk.read_up(OUTCOME.words[9:])
    talk.read_down(answer(b"UPDATE 3")[:8])
    talk.read_down(answer(b"UPDATE 3")[8:])

    assert talk.done == {OUTCOME}
