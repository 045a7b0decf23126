"""Each way in which ZipWhip may misbehave, at sending and at the calls beside it."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tests.chaos import ends, inside
from tests.chaos.fault import Fault, posts, settings, use, wait_until, while_posting
from tests.chaos.workload import TROUBLE
from texting.sandbox.tricks import BY_NAME, Stage

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from tests.chaos.firm import Firm
    from tests.chaos.workload import Workload

# What may happen to any call; nothing of it says that a password or a session is wrong.
ANYWHERE = ("429", "503-retry-after", "503", "500-before", "hang-before", "reset-before", "hang", "reset", "500",
            "503-after", "broken-json", "html")  # fmt: skip
TRICKS_EACH = 2
# A text is posted three times at the most, and then looked for.
ENDED_SECONDS = 40
# A session that ends again so soon pauses its line.
A_WHILE = inside.SECOND.total_seconds() * 3


def _at_sending(word: str) -> Fault:
    trick = BY_NAME[word.removeprefix("#")]
    fate = f"refused {trick.code}" if trick.stage is Stage.REFUSE else trick.name
    if trick.name == "expired":
        fate = "session"

    def during(firm: Firm, work: Workload, rng: random.Random) -> None:
        found = _ends_found(firm, work, word, fate)
        if ends.are_unheard(found):
            found = _ends_found(firm, work, word, fate)
        assert not found, f"{found} where {ends.ENDS[word]} was due"

    return Fault(word, "trouble at the provider", during)


def _ends_found(firm: Firm, work: Workload, word: str, fate: str) -> list[ends.End]:
    """Those ends that are not as the word says."""
    # Once for each person; and a line whose session ends twice in a row is paused.
    body = work.send(1 if word == "#expired" else 2, trouble=word)
    dealt = wait_until(lambda: any(one["body"] == body and one["fate"] == fate for one in posts(firm)), 20)
    assert dealt, f"the sandbox dealt no {fate}"
    wait_until(lambda: not ends.wrong(firm, word, body), ENDED_SECONDS)
    return ends.wrong(firm, word, body)


def _at_login(firm: Firm, work: Workload, rng: random.Random) -> None:
    """A session ends, and the login for the next goes wrong at first."""
    for trick in rng.sample(ANYWHERE, TRICKS_EACH):
        time.sleep(A_WHILE)
        with _armed(firm, trick, "user/login", 1) as is_dealt:
            firm.sandbox("expire-session", line=work.lines[0])
            work.send(3, rep=0)
            assert wait_until(is_dealt, 30), f"no login met {trick}"
        _assert_all_went(firm, f"{trick} at a login")


def _at_looking(firm: Firm, work: Workload, rng: random.Random) -> None:
    """Nobody is told what became of a text, and the list that would show it cannot be read at first."""
    for trick in rng.sample(ANYWHERE, TRICKS_EACH):
        with settings(firm, webhooks="dropped"), _armed(firm, trick, "message/list", 2) as is_dealt:
            body = work.send(2, trouble="#hang")
            assert wait_until(is_dealt, 40), f"nobody who looked met {trick}"
            settled = wait_until(lambda body=body: _are_settled(firm, body), 40)
        assert settled, f"{trick} at message/list left a text unsettled that the list held"


def _are_settled(firm: Firm, body: str) -> bool:
    rows = firm.query("SELECT status FROM texting_text WHERE body = %s", [body])
    return all(status not in ("queued", "sending", "unconfirmed") for (status,) in rows)


def _at_probing(firm: Firm, work: Workload, rng: random.Random) -> None:
    """A breaker is open, and the reading call that would close it goes wrong at first."""
    for trick in rng.sample(ANYWHERE, TRICKS_EACH):
        with _armed(firm, trick, "user/get", 2) as is_dealt:
            work.send(8, trouble="#503", rep=0)
            dealt = wait_until(is_dealt, 40)
        assert dealt, f"no probe met {trick}"
        _assert_all_went(firm, f"{trick} at a probe")


@contextmanager
def _armed(firm: Firm, trick: str, path: str, count: int) -> Iterator[Callable[[], bool]]:
    """While the next `count` calls go wrong: what is yielded tells whether all have."""
    firm.sandbox("faults", fault=trick, path=path, count=count)
    try:
        yield lambda: not firm.sandbox_state()["faults"]
    finally:
        firm.sandbox("faults", clear=True)


def _assert_all_went(firm: Firm, after: str) -> None:
    waiting = "SELECT id FROM texting_text WHERE status IN ('queued', 'sending')"
    assert wait_until(lambda: not firm.query(waiting), 60), f"texts wait after {after}"


def _killed(firm: Firm, work: Workload, rng: random.Random) -> None:
    use(work, rng, trouble="#receipt")
    firm.strike("sandbox")
    time.sleep(1)
    firm.start_program("sandbox")
    assert wait_until(lambda: _is_up(firm), 20), "the sandbox did not come back"


def _sessions_ended(firm: Firm, work: Workload, rng: random.Random) -> None:
    with while_posting(firm, work):
        firm.sandbox("expire-session")
    use(work, rng)


def _is_up(firm: Firm) -> bool:
    with suppress(Exception):
        firm.sandbox("settings")
        return True
    return False


FAULTS = (
    Fault("sandbox killed", "trouble at the provider", _killed),
    Fault("sessions ended at the provider", "trouble at the provider", _sessions_ended),
    Fault("trouble at user/login", "trouble at the provider", _at_login),
    Fault("trouble at message/list", "trouble at the provider", _at_looking),
    Fault("trouble at user/get", "trouble at the provider", _at_probing),
    *(_at_sending(word) for word in TROUBLE),
)
