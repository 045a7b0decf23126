"""PostgreSQL and Valkey of a run: killed, frozen, copied and put back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from enterprise.local import daemons, engines, postgres, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from enterprise.local.keys import Keys
    from enterprise.local.places import DataFolder

DAEMONS = {"postgres": postgres.daemon, "valkey": valkey.daemon}


class Engines:
    """The part of a firm that is not ours. `restored_count`: how often its past was put in doubt.

    `restores`: when the database was set back (epoch milliseconds).
    `forgotten`: each time from the beginning of the copy on.
    """

    data: DataFolder
    secrets: Keys
    ports: dict[str, int]
    kill_count: int
    restored_count: int
    restores: list[int]
    forgotten: list[tuple[int, int]]
    _copied_at: int

    def stop_engines(self) -> None:
        with suppress(Exception):
            engines.stop(self.data)

    def start_postgres(self) -> None:
        postgres.start_durable(self.data, self.ports["postgres"], self.secrets.postgres_password)

    def start_valkey(self) -> None:
        valkey.start_durable(self.data, self.ports["valkey"], self.secrets.valkey_password)

    def engine_pid(self, engine: str) -> int:
        daemon = DAEMONS[engine](self.data)
        running = daemons.find_running(daemon)
        assert running, f"{engine} does not run"
        return running.pid

    def kill_engine(self, engine: str) -> None:
        pid = self.engine_pid(engine)
        os.kill(pid, signal.SIGKILL)
        self.kill_count += 1
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
        # PostgreSQL's children notice that it is gone, and end.
        daemon = DAEMONS[engine](self.data)
        end = time.monotonic() + 20
        while daemons.find_running(daemon) and time.monotonic() < end:
            time.sleep(0.05)

    def copy_postgres(self) -> None:
        """As a snapshot of its disk would be."""
        self._copied_at = _now_ms()
        self.kill_engine("postgres")
        subprocess.run(["cp", "-a", self.data.postgres, self._copy], check=True)
        self.start_postgres()

    def put_postgres_back(self) -> None:
        self.kill_engine("postgres")
        shutil.rmtree(self.data.postgres)
        self._copy.rename(self.data.postgres)
        self.restores.append(_now_ms())
        self.forgotten.append((self._copied_at, self.restores[-1]))
        self.start_postgres()
        self.restored_count += 1

    @property
    def _copy(self) -> Path:
        return self.data.postgres.with_name("postgres-copy")

    @contextmanager
    def frozen_engine(self, engine: str) -> Iterator[None]:
        pid = self.engine_pid(engine)
        pids = [pid, *_children(pid)]
        for one in pids:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in pids:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGCONT)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return found
