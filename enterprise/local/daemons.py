"""Start and stop a background server, and know whether it runs.

A server and all it forks hold a lock on a file for as long as they live. The lock is the truth: it can't go stale, as
a process id in a file does, and can't be mistaken for another process that got the same id. Looking at it takes it for
a moment: callers see to it that only one of them looks at a time.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from enterprise.local.errors import LocalError
from enterprise.local.locks import try_lock
from enterprise.local.places import PYTHON

LAUNCH = Path(__file__).with_name("launch.py")
START_PATIENCE = 60.0
STOP_PATIENCE = 30.0
POLL = 0.02


@dataclass(frozen=True)
class Daemon:
    name: str
    lock: Path
    log: Path
    # In this order, each given STOP_PATIENCE, the last one being sure.
    stop_signals: Sequence[signal.Signals]


@dataclass(frozen=True)
class Running:
    pid: int
    port: int


@dataclass(frozen=True)
class Launch:
    command: Sequence[str]
    port: int
    # User and group to become, when root may not run the program.
    owner: tuple[int, int] | None = None
    needs: Sequence[Path] = field(default=())
    # End when this process ends, however it ends.
    die_with_us: bool = False


def launch_arguments(launch: Launch, *, hold: int | None = None) -> list[str]:
    """Return the command line that runs `launch.command` through launch.py."""
    arguments = [PYTHON, "-I", "-S", str(LAUNCH), "--port", str(launch.port)]
    if hold is not None:
        arguments += ["--hold", str(hold)]
    if launch.owner is not None:
        arguments += ["--owner", *map(str, launch.owner), "--needs", *map(str, launch.needs)]
    if launch.die_with_us:
        # What PostgreSQL and Valkey both take as: end now, whoever is connected.
        arguments += ["--parent", str(os.getpid()), "--end-signal", str(int(signal.SIGINT))]
    return [*arguments, "--", *launch.command]


def find_running(daemon: Daemon) -> Running | None:
    with daemon.lock.open("a+") as file:
        if try_lock(file.fileno()):
            return None
        # A process id is there as soon as the lock is held by anything but us, or a moment later.
        for _ in range(100):
            file.seek(0)
            if len(words := file.read().split()) == 2:
                return Running(int(words[0]), int(words[1]))
            time.sleep(POLL)
    raise LocalError(f"{daemon.name} is held by an unknown process: see who uses {daemon.lock}.")


def start(daemon: Daemon, launch: Launch, *, is_ready: Callable[[], bool]) -> None:
    """Start the server and return when it is ready; nothing of ours is inherited but the lock.

    Raises LocalError with the end of its log when it ends instead, or is not ready in time.
    """
    with daemon.lock.open("a+") as lock, daemon.log.open("ab") as log:
        if not try_lock(lock.fileno()):
            raise LocalError(f"{daemon.name} is already running.")
        lock.truncate(0)
        process = subprocess.Popen(  # noqa: S603 - our own command line
            launch_arguments(launch, hold=lock.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )
    deadline = time.monotonic() + START_PATIENCE
    while not is_ready():
        if process.poll() is not None:
            raise LocalError(f"{daemon.name} ended while starting; its log {daemon.log} ends with:\n{_tail(daemon)}")
        if time.monotonic() > deadline:
            stop(daemon)
            raise LocalError(f"{daemon.name} was not ready in {START_PATIENCE:.0f} s; see {daemon.log}.")
        time.sleep(POLL)


def stop(daemon: Daemon) -> bool:
    """Stop the server and all it forked; return False when it was not running."""
    running = find_running(daemon)
    if running is None:
        return False
    for number in daemon.stop_signals:
        with suppress(ProcessLookupError):
            os.kill(running.pid, number)
        if _wait_for_end(daemon):
            # If it is a child of ours, it stays in the process table until asked for.
            with suppress(ChildProcessError):
                os.waitpid(running.pid, 0)
            return True
    raise LocalError(f"{daemon.name} (process {running.pid}) does not stop; see {daemon.log}.")


def _wait_for_end(daemon: Daemon) -> bool:
    deadline = time.monotonic() + STOP_PATIENCE
    while time.monotonic() < deadline:
        if find_running(daemon) is None:
            return True
        time.sleep(POLL)
    return False


def _tail(daemon: Daemon, *, lines: int = 8) -> str:
    return "\n".join(daemon.log.read_text(errors="replace").splitlines()[-lines:])
