"""The system under test: real processes in a folder of its own, started, killed, frozen and started again."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import requests

from enterprise.local import keys, ports, postgres, valkey
from enterprise.local.places import DataFolder
from tests.chaos import failpoints
from tests.chaos.engines import Engines
from tests.chaos.proxy import CommitCutter

CHECKOUT = Path(__file__).resolve().parents[2]
# Each rep's own, in this order.
REPS = ("riya", "dan")
BRANCHES = ("Chaos", "Chaos South")
LINES = ("+16125550100", "+16125550101")
PEOPLE = 400
PACE_SECONDS = 0.05
# A transaction that stands still is ended sooner than in production, as leases are.
LETS_GO = "?options=-c%20idle_in_transaction_session_timeout%3D2000"
# As docker-compose.yml.
GRACE_SECONDS = 60
FIRST_NUMBER = 16515560000
PASSWORD = "a long password for chaos"
CELERY = ["celery", "-A", "enterprise", "--quiet"]
PROGRAMS = {
    "sandbox": [],
    "web": ["gunicorn", "--config", "python:enterprise.gunicorn", "--log-level", "warning", "--graceful-timeout", "8"],
    "runner": ["manage.py", "texting_runner", "--slots", "6"],
    "worker": [*CELERY, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING"],
    "beat": [*CELERY, "beat", "--loglevel", "WARNING"],
}


@dataclass
class Firm(Engines):
    """Everything of one run. `log` collects what all processes write.

    `kill_count` is of processes and engines that were killed at work; ending idle ones to tidy up does not count.
    `deaths` says what ended by itself, `paces` from when (epoch milliseconds) which pace held, in seconds.
    """

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="chaos-")))
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    kill_count: int = 0
    restored_count: int = 0
    restores: list[int] = field(default_factory=list)
    forgotten: list[tuple[int, int]] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    paces: list[tuple[int, float]] = field(default_factory=list)
    _armed: set[str] = field(default_factory=set)

    def start(self) -> None:
        # PostgreSQL runs as another user under root and passes through.
        self.folder.chmod(0o711)
        self.data = DataFolder(self.folder / "data")
        self.data.create()
        self.secrets = keys.generate()
        self.ports = {name: ports.find_free() for name in ("postgres", "valkey", "web", "sandbox")}
        self.start_postgres()
        self.start_valkey()
        self.proxy = CommitCutter(self.ports["postgres"])
        self.environment = self._environment()
        self._call("manage.py", "migrate", "--verbosity", "0")
        self.start_program("sandbox")
        self._wait_for(self.ports["sandbox"])
        subprocess.run([sys.executable, "-m", "tests.chaos.prepare"], cwd=CHECKOUT, env=self.environment, check=True)
        self.start_program("web")
        self._wait_for(self.ports["web"])
        line = {**self.environment, "TEXTING_LINE_PASSWORD": "secret-canary-line-password"}
        for number, branch, rep in zip(LINES, BRANCHES, REPS, strict=True):
            connect = ["connect_line", number, "--kind", "branch", "--owner", branch, "--by", rep]
            self._call("manage.py", *connect, "--file-under", "TEXT", env=line)
        self.set_pace(PACE_SECONDS)
        for name in ("runner", "runner-2", "worker", "beat"):
            self.start_program(name)

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        self.stop_engines()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        ours = {
            "ENTERPRISE_ENV_FILE": "",
            "ENTERPRISE_DATA": str(self.data.root),
            "DEBUG": "True",
            "SECRET_KEY": self.secrets.secret_key,
            "TEXTING_KEYS": "chaos:" + base64.b64encode(secrets.token_bytes(32)).decode(),
            "DATABASE_URL": postgres.url(self.proxy.port, self.secrets.postgres_password) + LETS_GO,
            "REDIS_URL": valkey.url(self.ports["valkey"], self.secrets.valkey_password),
            "PUBLIC_URL": f"http://127.0.0.1:{self.ports['web']}",
            "ZIPWHIP_URL": f"http://127.0.0.1:{self.ports['sandbox']}",
            "ZIPWHIP_APP_URL": f"http://127.0.0.1:{self.ports['sandbox']}",
            "TEXTING_LARGE_SELECTION": str(failpoints.LARGE - 1),
            "TEXTING_SPOOL": str(self.folder / "spool"),
            "CHAOS_PASSWORD": PASSWORD,
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **ours}

    # --- programs

    def start_program(self, name: str, *, failpoint: str = "") -> None:
        """Start a program, "runner-2" being another of "runner"; "SIGKILL 3 POST answered" arms that failpoint."""
        kind = name.partition("-")[0]
        command = [sys.executable, "-m", "tests.chaos.inside", *PROGRAMS[kind]]
        if kind == "sandbox":
            command = [sys.executable, "-m", "texting.sandbox", "--port", str(self.ports["sandbox"])]
            # So that we, not the network, are what stops a text after a STOP.
            command += ["--data", str(self.folder / "sandbox"), "--optout-refusal", "never"]
        elif kind == "web":
            command += ["--bind", f"127.0.0.1:{self.ports['web']}"]
        elif kind == "beat":
            command += ["--schedule", str(self.folder / f"schedule-{name}"), "--pidfile="]
        elif kind == "worker":
            command += ["--hostname", f"{name}@%h"]
        self._killed_workers = self._count_killed_workers()
        (self._armed.add if failpoint else self._armed.discard)(name)
        with (self.folder / "log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env={**self.environment, failpoints.VARIABLE: failpoint},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a program with all it has forked, to tidy up."""
        process = self.processes.pop(name, None)
        if process is None:
            return
        self._note_death(name, process.poll())
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)

    def _note_death(self, name: str, code: int | None) -> None:
        if code is None or (code == -signal.SIGKILL and name in self._armed):
            return
        last = (self.folder / "log").read_text(errors="replace").splitlines()[-15:]
        self.deaths.append("\n    ".join([f"{name} ended by itself with {code}; the log then ended with", *last]))

    def strike(self, name: str) -> None:
        """Kill a program at work."""
        self.kill_count += 1
        self.kill(name)

    def restart(self, name: str) -> None:
        self.kill(name)
        self.start_program(name)

    def end(self, name: str) -> int:
        """SIGTERM, as a deployment does; the exit code, -9 when it had to be killed."""
        process = self.processes[name]
        process.terminate()
        try:
            code = process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill(name)
            return -signal.SIGKILL
        del self.processes[name]
        return code

    def freeze(self, name: str) -> None:
        os.killpg(self.processes[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, signal.SIGCONT)

    def is_frozen(self, name: str) -> bool:
        stat = Path(f"/proc/{self.processes[name].pid}/stat")
        with suppress(OSError):
            return stat.read_text().rpartition(")")[2].split()[0] == "T"
        return False

    def was_killed(self, name: str) -> bool:
        """Whether it has died by SIGKILL; not of anything else, which no failpoint does.

        gunicorn itself lives on when a worker of it dies, and says so.
        """
        code = self.processes[name].poll()
        assert code in (None, -signal.SIGKILL), f"{name} ended by itself with {code}"
        return code is not None or (name == "web" and self._count_killed_workers() > self._killed_workers)

    def _count_killed_workers(self) -> int:
        log = self.folder / "log"
        return log.read_text(errors="replace").count("was sent SIGKILL") if log.exists() else 0

    def revive(self) -> int:
        """Start again whatever has died; return how many."""
        dead = [name for name, process in self.processes.items() if process.poll() is not None]
        for name in dead:
            self.restart(name)
        return len(dead)

    # --- looking

    def database(self) -> _Cursor:
        return _Cursor(postgres.url(self.ports["postgres"], self.secrets.postgres_password))

    def query(self, sql: str, parameters: object = ()) -> list[tuple]:
        with self.database() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def ledger(self) -> list[dict]:
        """Each text POSTed, accepted or not, each STOP and START; the sandbox synced the file before it answered."""
        path = self.folder / "sandbox" / "ledger.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def end_conversations(self) -> None:
        """Let every running conversation have been silent for longer than any idle window."""
        running = "UPDATE texting_conversation SET last_text_at = last_text_at - interval '40 days' "
        self.query(running + "WHERE closed_at IS NULL")

    def set_pace(self, seconds: float) -> None:
        self.paces.append((time.time_ns() // 1_000_000, seconds))
        self.query("UPDATE texting_line SET pace = %s * interval '1 s'", [seconds])

    def sandbox(self, call: str, **fields: object) -> dict:
        address = f"http://127.0.0.1:{self.ports['sandbox']}/_sandbox/{call}"
        answer = requests.post(address, json=fields, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def secrets_told(self) -> set[str]:
        """The secrets in the addresses that the sandbox calls, as it was given them."""
        return {hook["url"].split("/")[-2] for hook in self.sandbox_state()["webhooks"]}

    def sandbox_state(self) -> dict:
        return requests.get(f"http://127.0.0.1:{self.ports['sandbox']}/_sandbox/state", timeout=5).json()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.ports['web']}{path}"

    def _call(self, *command: str, env: dict[str, str] | None = None) -> None:
        subprocess.run([sys.executable, *command], cwd=CHECKOUT, env=env or self.environment, check=True)

    def _wait_for(self, port: int, seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.1)
        raise AssertionError(f"nothing listens on {port}:\n" + (self.folder / "log").read_text()[-3000:])


def number_of(person: int) -> int:
    """One in eight shares the number of the one before."""
    return FIRST_NUMBER + person - (person % 8 == 7)


class _Cursor:
    """A cursor on a connection of its own, straight to PostgreSQL, committed and closed at the end."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self):
        self._connection = psycopg2.connect(self._url, connect_timeout=10)
        return self._connection.cursor()

    def __exit__(self, kind, *_):
        if kind is None:
            self._connection.commit()
        self._connection.close()
