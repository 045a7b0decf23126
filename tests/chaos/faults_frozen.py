"""A runner that stands still with texts in its hands for longer than its lease, and then goes on as if nothing were."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.chaos import inside
from tests.chaos.fault import Fault, people_at_work, posts, settings, wait_until

if TYPE_CHECKING:
    import random
    from datetime import datetime

    from tests.chaos.firm import Firm
    from tests.chaos.workload import Workload

TAKEN = ("sent", "delivered", "undelivered")


def _frozen(name: str, place: str = "") -> Fault:
    def during(firm: Firm, work: Workload, rng: random.Random) -> None:
        with_worker = rng.random() < 0.5
        passage = rng.randint(1, 3)
        for runner in ("runner", "runner-2"):
            firm.kill(runner)
        firm.start_program("runner", failpoint=f"SIGSTOP {passage} {place}" if place else "")
        try:
            _stop_with_texts(firm, work, place)
            held = _held(firm)
            ((since,),) = firm.query("SELECT now()")
            # What the frozen one holds, the other may not claim; only say that nobody knows.
            firm.start_program("runner-2")
            if with_worker:
                firm.freeze("worker")
            with people_at_work(work):
                time.sleep(inside.LEASE.total_seconds() + 2)
            firm.thaw("worker")
            _assert_given_up(firm, place, held)
            firm.thaw("runner")
            _assert_not_overwritten(firm, held, since)
        finally:
            for frozen in ("worker", "runner"):
                firm.thaw(frozen)
            for runner in ("runner", "runner-2"):
                firm.restart(runner)

    return Fault(name, "frozen past the lease", during)


def _stop_with_texts(firm: Firm, work: Workload, place: str) -> None:
    if place:
        work.send(max(6, work.crowd // 4))
        assert wait_until(lambda: firm.is_frozen("runner"), 20), "nobody came by this place"
        return
    with settings(firm, slow_ms=700):
        work.send(max(6, work.crowd // 4), trouble="#slow")
        assert wait_until(lambda: _held(firm), 20), "nothing was being sent"
        firm.freeze("runner")


def _held(firm: Firm) -> dict[int, tuple[str, str, str]]:
    """The texts that the only runner holds: its attempt, the number and the words."""
    rows = firm.query("SELECT id, attempt::text, number, body FROM texting_text WHERE status = 'sending'")
    return {text_id: (attempt, number, body) for text_id, attempt, number, body in rows}


def _assert_given_up(firm: Firm, place: str, held: dict) -> None:
    assert held, "the frozen runner held nothing"

    def statuses() -> dict[int, str]:
        return dict(firm.query("SELECT id, status FROM texting_text WHERE id IN %s", [tuple(held)]))

    assert wait_until(lambda: "sending" not in statuses().values(), 20), "nobody noticed that a lease was over"
    posted = {(entry["to"][-10:], entry["body"]) for entry in posts(firm)}
    is_posted = {text_id: (number[-10:], body) in posted for text_id, (_, number, body) in held.items()}
    if place == "lease looked at, not posted":
        assert not all(is_posted.values()), "each had been posted already"
    if place == "answer held back":
        settled = wait_until(lambda: any(status in TAKEN for status in statuses().values()), 20)
        assert settled, "what had left was not settled while its runner stood still"


def _assert_not_overwritten(firm: Firm, held: dict, since: datetime) -> None:
    """The late answer may settle what nobody knew, but changes nothing that is known; nobody claims the text again."""
    wait_until(lambda: not firm.query("SELECT id FROM texting_text WHERE status IN ('queued', 'sending')"), 30)
    # Longer than the POST that comes so late, and its outcome.
    time.sleep(2)
    changes = firm.query(
        "SELECT text_id, status, count(*) FROM texting_textevent WHERE text_id IN %s AND at > %s GROUP BY 1, 2",
        [tuple(held), since],
    )
    again = [text_id for text_id, status, _ in changes if status in ("sending", "queued")]
    twice = [text_id for text_id, _, count in changes if count > 1]
    attempts = dict(firm.query("SELECT id, attempt::text FROM texting_text WHERE id IN %s", [tuple(held)]))
    assert not again, f"texts {again} were taken up again"
    assert not twice, f"texts {twice} were settled twice"
    assert attempts == {text_id: attempt for text_id, (attempt, _, _) in held.items()}, "an attempt was overwritten"


FAULTS = (
    _frozen("frozen past the lease"),
    _frozen("frozen between lease and POST", "lease looked at, not posted"),
    _frozen("frozen with the answer", "answer held back"),
    _frozen("frozen in a transaction", "outcome written, locks held"),
)
