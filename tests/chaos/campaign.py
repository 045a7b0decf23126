"""A run: faults in the order of a seed, rest after each, judgement at the end."""

from __future__ import annotations

import random
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.chaos import oracle, rest, timing
from tests.chaos.firm import CHECKOUT
from tests.chaos.violations import Violation
from tests.chaos.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.chaos.firm import Firm
    from tests.chaos.nemesis import Fault


@dataclass
class Result:
    """`kills` counts each SIGKILL of a process of ours or of an engine."""

    seed: int
    faults: dict[str, int] = field(default_factory=dict)
    texts: int = 0
    accepted: int = 0
    kills: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)


def run(
    firm: Firm, faults: Sequence[Fault], *, seed: int, crowd: int = 12, say: Callable[[str], None] = print
) -> Result:
    """Play every fault once, in the seed's order, and judge."""
    rng = random.Random(seed)  # noqa: S311 - repeats a run, guards nothing
    work = Workload(firm, rng, crowd)
    result = Result(seed)
    begun = time.monotonic()
    for fault in rng.sample(list(faults), len(faults)):
        started = time.monotonic()
        try:
            fault.during(firm, work, rng)
        except AssertionError as error:
            result.violations.append(Violation(fault.name, str(error)))
            say(f"  {fault.name}: {error}")
        played = time.monotonic() - started
        waited, left = rest.wait_for_rest(firm)
        result.violations += [Violation("I2 finished", f"{waited:.0f} s after {fault.name} {one}") for one in left]
        result.faults[fault.group] = result.faults.get(fault.group, 0) + 1
        say(f"  {fault.name}: {played:.1f} s, {'not ' if left else ''}at rest after {waited:.1f} s")
    end(firm, work)
    result.violations += oracle.judge(firm, heard=work.heard, acknowledged=work.acknowledged)
    result.texts = work.sent_count
    result.kills = firm.kill_count
    result.accepted = sum(post["accepted"] for post in timing.posts_of(firm.ledger()))
    result.statuses = dict(firm.query("SELECT status, count(*) FROM texting_text WHERE direction = 'out' GROUP BY 1"))
    result.seconds = time.monotonic() - begun
    return result


def code() -> str:
    """The commit, with a + when something was changed since; "" without git."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return asked.stdout.strip()


def end(firm: Firm, work: Workload) -> None:
    """Let what no webhook told be found, and all conversations be silent for long enough to be closed.

    What has not come by then never will: that is for the judge, who waits until they are.
    """
    rest.wait_until_none(lambda: oracle.not_yet_in(firm, work.heard), firm, rest.LONGEST_SECONDS)
    firm.end_conversations()
