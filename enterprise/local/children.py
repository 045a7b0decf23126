"""Run several programs side by side: their lines on our output, and an end for all of them when one ends or we must.

A process manager of our own, because the order matters here (the sandbox, then the demo data, then the rest), closing
the terminal has to stop everything too, and each program gets time to finish what it is sending.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from enterprise.local.daemons import LAUNCH
from enterprise.local.errors import LocalError
from enterprise.local.places import CHECKOUT, PYTHON

STOP_PATIENCE = 10.0
POLL = 0.05
NAME_WIDTH = 8
# As bits of a signal mask
MAKE_STOPPING = 1 << (signal.SIGINT - 1) | 1 << (signal.SIGHUP - 1)
COLOURS = (36, 33, 32, 35, 34, 96, 93)


class StopRequested(Exception):
    """Somebody wants everything to end: Ctrl-C, a closed terminal, a termination signal."""


@dataclass
class Child:
    name: str
    process: subprocess.Popen[str]
    readers: list[threading.Thread] = field(default_factory=list)


class Children:
    def __init__(self) -> None:
        # What the programs started from now on get.
        self.environment: Mapping[str, str] = os.environ
        self._running: list[Child] = []
        self._output = Output()
        self._stop_requests = 0
        self._make = os.getppid() if "MAKELEVEL" in os.environ else None

    def listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._request_stop)
        # Under nohup it is ignored from the start, and a closed terminal is no reason to stop.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._request_stop)

    def _must_stop(self) -> bool:
        return self._stop_requests > 0 or (self._make is not None and _is_ending(self._make))

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1

    def say(self, text: str) -> None:
        for line in text.splitlines():
            self._output.write_line(line)

    def start(self, name: str, command: Sequence[str]) -> None:
        child = self._launch(name, command, subprocess.STDOUT)
        self._read(child, child.process.stdout, self._output.prefixed(name))

    def run(self, name: str, command: Sequence[str]) -> list[str]:
        """Run a program to its end and return its lines on stdout; those on stderr are shown as they come.

        Raises LocalError when it fails, or when one that should keep running ends meanwhile.
        """
        lines: list[str] = []
        child = self._launch(name, command, subprocess.PIPE)
        self._read(child, child.process.stdout, lines.append)
        self._read(child, child.process.stderr, self._output.prefixed(name))
        self.wait_until(lambda: child.process.poll() is not None, except_for=child)
        self._running.remove(child)
        self._join(child)
        if child.process.returncode:
            self.say("\n".join(lines))
            raise LocalError(f"{_how_it_ended(child)}; the reason is above.")
        return lines

    def wait_until(self, condition: Callable[[], bool], *, except_for: Child | None = None) -> None:
        """Raises StopRequested, or LocalError when a child ends, before the condition holds."""
        while not condition():
            if self._must_stop():
                raise StopRequested
            for child in self._running:
                if child is not except_for and child.process.poll() is not None:
                    self._join(child)
                    raise LocalError(f"{_how_it_ended(child)}, so everything else is stopped; its lines are above.")
            time.sleep(POLL)

    def stop(self) -> None:
        """End all children and what they started: politely, then by force after a while or a second request."""
        requests_before = self._stop_requests
        for child in self._running:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + STOP_PATIENCE
        while any(child.process.poll() is None for child in self._running):
            if time.monotonic() > deadline or self._stop_requests > requests_before:
                break
            time.sleep(POLL)
        for child in self._running:
            if child.process.poll() is None:
                self.say(f"{child.name} did not stop in time and is killed.")
            # Also what a child that is gone left in its group.
            _signal(child, signal.SIGKILL)
            child.process.wait()
            self._join(child)
        self._running.clear()

    def _launch(self, name: str, command: Sequence[str], stderr: int) -> Child:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [PYTHON, "-I", "-S", str(LAUNCH), "--parent", str(os.getpid()), "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            errors="replace",
            cwd=CHECKOUT,
            env={**self.environment, "PYTHONUNBUFFERED": "1"},
            # Ctrl-C reaches us alone; the group lets us end its own children as well.
            start_new_session=True,
        )
        child = Child(name, process)
        self._running.append(child)
        return child

    def _read(self, child: Child, stream: IO[str] | None, take: Callable[[str], None]) -> None:
        assert stream is not None  # noqa: S101 - for the type checker: it was asked for
        reader = threading.Thread(target=_read_lines, args=(stream, take), daemon=True)
        reader.start()
        child.readers.append(reader)

    def _join(self, child: Child) -> None:
        for reader in child.readers:
            # A process that outlives its parent may keep the pipe open.
            reader.join(timeout=1)


class Output:
    """Whole lines on stdout from several threads; silent once nobody reads it any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._colourful = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._names = 0

    def prefixed(self, name: str) -> Callable[[str], None]:
        prefix = f"{name:<{NAME_WIDTH}} |"
        if self._colourful:
            prefix = f"\x1b[{COLOURS[self._names % len(COLOURS)]}m{prefix}\x1b[0m"
        self._names += 1
        return lambda line: self.write_line(f"{prefix} {line}")

    def write_line(self, line: str) -> None:
        # A closed terminal or pipe: stopping goes on without words.
        with self._lock, suppress(OSError, ValueError):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


def _is_ending(make: int) -> bool:
    """Say whether the make that started us is gone, or is ending: told alone to stop, it waits for us in silence.

    While it waits it is in the handler of that signal, which is blocked then; Linux shows that.
    """
    if os.getppid() != make:
        return True
    with suppress(OSError):
        for line in Path(f"/proc/{make}/status").read_text().splitlines():
            if line.startswith("SigBlk:"):
                return bool(int(line.split()[1], 16) & MAKE_STOPPING)
    return False


def _read_lines(stream: IO[str], take: Callable[[str], None]) -> None:
    with suppress(ValueError), stream:
        for line in stream:
            take(line.rstrip("\n"))


def _signal(child: Child, number: signal.Signals) -> None:
    # PermissionError: macOS says so of a group whose members have all ended.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)


def _how_it_ended(child: Child) -> str:
    code = child.process.returncode
    if code < 0:
        return f"{child.name} was ended by {signal.Signals(-code).name}"
    return f"{child.name} ended with code {code}"
