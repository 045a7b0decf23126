"""Named places at which a process can be killed or stopped: before or after a function, the n-th time it is passed.

No trace of them is in the code itself: the function is wrapped from outside, in the process that is to die.
"""

from __future__ import annotations

import functools
import importlib
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

VARIABLE = "CHAOS_FAILPOINT"
# So many people are a selection that a worker checks and makes the texts of, in several blocks.
LARGE = 300


@dataclass(frozen=True)
class Failpoint:
    """`where` is "module:attribute"; `only_if` looks at what the function returned, for calls that did nothing.

    `trouble` is a word for the sandbox, and `people_count` how many are texted at once, without which nobody comes by.
    """

    name: str
    process: str
    where: str
    after: bool = False
    only_if: Callable[[Any], bool] = bool
    trouble: str = ""
    people_count: int = 0

    @property
    def moment(self) -> str:
        return "after" if self.after else "before"


def always(_: Any) -> bool:
    return True


def claimed_some(result: Any) -> bool:
    return bool(result[0])


def step_recorded_some(result: Any) -> bool:
    """Of what `Runner._record_and_claim` returns: outcomes recorded, texts claimed, how many stopped."""
    return bool(result[0])


def step_claimed_some(result: Any) -> bool:
    return bool(result[1])


FAILPOINTS = (
    # A text out: claim, POST, outcome.
    Failpoint("claim uncommitted", "runner", "texting.claims:claim", after=True, only_if=claimed_some),
    Failpoint("claimed, not posted", "runner", "texting.runner:send"),
    Failpoint("POST about to be made", "runner", "texting.providers.zipwhip.client:ZipWhip.send"),
    Failpoint("POST written, not answered", "runner", "http.client:HTTPConnection.getresponse"),
    Failpoint("POST answered", "runner", "texting.providers.zipwhip.client:ZipWhip.send", after=True, only_if=always),
    Failpoint("outcome known, not handed over", "runner", "texting.runner:send", after=True, only_if=always),
    Failpoint("outcome about to be recorded", "runner", "texting.claims:_write"),
    Failpoint("outcome recorded, uncommitted", "runner", "texting.claims:_write", after=True, only_if=always),
    Failpoint(
        "outcomes committed",
        "runner",
        "texting.runner:Runner._record_and_claim",
        after=True,
        only_if=step_recorded_some,
    ),
    # Of a step that claimed something: its slots have not begun.
    Failpoint(
        "step committed", "runner", "texting.runner:Runner._record_and_claim", after=True, only_if=step_claimed_some
    ),
    # News in.
    Failpoint("event claimed", "runner", "texting.intake:_try"),
    Failpoint("event applied, uncommitted", "runner", "texting.intake:_try", after=True, only_if=always),
    Failpoint("event written, uncommitted", "runner", "texting.intake:_write", after=True, only_if=always),
    Failpoint("received text stored, uncommitted", "runner", "texting.inbound:receive", after=True),
    Failpoint("webhook not stored", "web", "texting.arrivals:store"),
    Failpoint("webhook stored, not answered", "web", "texting.arrivals:store", after=True, only_if=always),
    # A click.
    Failpoint("Send clicked, nothing made", "web", "texting.dispatch:send_batch"),
    Failpoint("batch made, uncommitted", "web", "texting.building:build_block", after=True, only_if=always),
    Failpoint("batch committed, not answered", "web", "texting.dispatch:send_batch", after=True),
    # A large selection.
    Failpoint(
        "people checked, uncommitted",
        "worker",
        "texting.drafts:check_block",
        after=True,
        only_if=always,
        people_count=LARGE,
    ),
    Failpoint(
        "block of texts made, uncommitted",
        "worker",
        "texting.building:build_block",
        after=True,
        only_if=always,
        people_count=LARGE,
    ),
    # Scheduled work.
    Failpoint("conversations about to be logged", "worker", "texting.conversations:_log_and_close"),
    Failpoint("logged, uncommitted", "worker", "texting.conversations:_log", after=True),
    Failpoint("closed, uncommitted", "worker", "texting.conversations:_close", after=True),
    Failpoint("unconfirmed found, uncommitted", "runner", "texting.inbound:settle_as_sent", after=True, trouble="#500"),
    Failpoint(
        "look noted, uncommitted",
        "worker",
        "texting.settling:_note_look",
        after=True,
        only_if=always,
        trouble="#500-before",
    ),
)
# Where a process may stand still for longer than its lease and then go on.
STANDSTILLS = (
    Failpoint("lease looked at, not posted", "runner", "texting.claims:is_ours", after=True),
    Failpoint(
        "answer held back", "runner", "texting.providers.zipwhip.client:ZipWhip.send", after=True, only_if=always
    ),
    Failpoint("outcome written, locks held", "runner", "texting.claims:_write", after=True, only_if=always),
    Failpoint("in the middle of a batch", "worker", "texting.building:build_block", after=True, only_if=always),
)
BY_NAME = {failpoint.name: failpoint for failpoint in (*FAILPOINTS, *STANDSTILLS)}


def arm_from_environment() -> None:
    """Wrap the function of the failpoint that is named: "SIGKILL 3 POST answered" kills at the third passage."""
    wanted = os.environ.get(VARIABLE)
    if wanted:
        kind, passage, name = wanted.split(" ", 2)
        _arm(BY_NAME[name], _Counter(int(passage), signal.Signals[kind]))


def find(failpoint: Failpoint) -> tuple[Any, str]:
    """What holds the function, and its name there. Raises where either is gone, as after a renaming."""
    module_name, _, path = failpoint.where.partition(":")
    holder: Any = importlib.import_module(module_name)
    *parents, attribute = path.split(".")
    for parent in parents:
        holder = getattr(holder, parent)
    getattr(holder, attribute)
    return holder, attribute


def _arm(failpoint: Failpoint, passed: _Counter) -> None:
    holder, attribute = find(failpoint)
    original = getattr(holder, attribute)

    @functools.wraps(original)
    def wrapped(*args: Any, **options: Any) -> Any:
        if not failpoint.after:
            passed.count_down()
            return original(*args, **options)
        result = original(*args, **options)
        if failpoint.only_if(result):
            passed.count_down()
        return result

    setattr(holder, attribute, wrapped)


class _Counter:
    def __init__(self, left: int, kind: signal.Signals) -> None:
        self._left = left
        self._kind = kind
        self._lock = threading.Lock()

    def count_down(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._kind)
