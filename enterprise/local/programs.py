"""The programs of `make run` side by side: honcho runs them, and all end when one ends or we must.

What is added to honcho: a killed run takes its programs along, a closed terminal and the end of make are stop requests
like Ctrl-C, and a stop request while the programs are being started is not lost.
"""

import os
import shlex
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import honcho.manager
from honcho.printer import Message, Printer
from honcho.process import Process

from enterprise.local import launch
from enterprise.local.daemons import LAUNCH
from enterprise.local.errors import LocalError
from enterprise.local.places import CHECKOUT, PYTHON

# Seconds until the programs that did not stop are killed; each has less to finish what it is sending.
honcho.manager.KILL_WAIT = 10
LOOK = 0.2
STOP_REQUESTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# As bits of a signal mask
MAKE_STOPPING = 1 << (signal.SIGINT - 1) | 1 << (signal.SIGHUP - 1)


class Programs(honcho.manager.Manager):  # type: ignore[misc]  # honcho has no types
    def __init__(self, *, speaker: str) -> None:
        """The lines of the program named by `speaker` are for people, and shown without a prefix."""
        super().__init__(_Printer(speaker))
        self._process_ctor = _TiedProcess

    def add(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        tied = [PYTHON, "-I", "-S", str(LAUNCH), "--parent"]
        self.add_process(
            name,
            f"exec {shlex.join(tied)} $PPID -- {shlex.join(command)}",
            env={**environment, "PYTHONUNBUFFERED": "1"},
            cwd=str(CHECKOUT),
        )

    def run(self) -> None:
        """Return after a stop request. Raises LocalError when a program ends by itself."""
        self.loop()
        if self.returncode not in {stop["rc"] for stop in honcho.manager.SIGNALS.values()}:
            raise LocalError("A program ended, so everything is stopped; which one and why is above.")

    def terminate(self) -> None:
        # honcho can't end what it has not started yet; the next look asks again.
        if self._all_started():
            super().terminate()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Notice stop requests; one before `run` is a KeyboardInterrupt."""
        make = _make_above()

        def look(*_: object) -> None:
            if self.returncode is not None:
                self.terminate()
            elif make is not None and _is_ending(make):
                signal.raise_signal(signal.SIGTERM)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _interrupt)
        # Under nohup it is ignored from the start, and a closed terminal is no reason to stop.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
        signal.signal(signal.SIGALRM, look)
        signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


class _TiedProcess(Process):  # type: ignore[misc]  # honcho has no types
    """A process of ours that reads the lines of a program; the program dies with it, and it dies with us."""

    def run(self, *arguments: object) -> None:
        launch.die_with(os.getppid(), signal.SIGKILL)
        super().run(*arguments)


class _Printer(Printer):  # type: ignore[misc]  # honcho has no types
    def __init__(self, speaker: str) -> None:
        super().__init__(colour=not os.environ.get("NO_COLOR"))
        self._speaker = speaker

    def write(self, message: Message) -> None:
        self.prefix = message.name != self._speaker
        # A closed terminal, a sign it can't show, a signal in the middle of a line: what matters goes on without words.
        with suppress(OSError, ValueError, RuntimeError):
            super().write(message)


def ignore_signals() -> None:
    for number in STOP_REQUESTS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(*_: object) -> None:
    # What follows cleans up, and a second one must not stop that halfway.
    ignore_signals()
    raise KeyboardInterrupt


def _make_above() -> int | None:
    """Return the process id of the make that started us; what make starts passes MAKELEVEL on to its own children."""
    if "MAKELEVEL" not in os.environ:
        return None
    parent = os.getppid()
    with suppress(OSError):
        if Path(f"/proc/{parent}/comm").read_text().strip() not in ("make", "gmake"):
            return None
    return parent


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
