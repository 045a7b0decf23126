"""`make run`: everything at once, in the foreground, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from enterprise.local import engines, keys, places, ports
from enterprise.local.errors import LocalError
from enterprise.local.locks import try_lock
from enterprise.local.places import CHECKOUT, PYTHON, DataFolder
from enterprise.local.ports import LOOPBACK, Ports
from enterprise.local.programs import Programs, ignore_signals

STOP_PATIENCE = 60.0


def run_everything() -> int:
    data, wanted = DataFolder.from_environment(), ports.from_environment()
    data.create()
    programs = Programs(speaker="demo")
    with _only_run(data), programs.listening():
        for port in (wanted.web, wanted.sandbox):
            ports.require_free(port)
        _say("Starting PostgreSQL and Valkey ...")
        with suppress(KeyboardInterrupt), _services(data, wanted) as environment:
            _migrate(environment)
            _add_all(programs, data, wanted, environment)
            programs.run()
        _say("Everything is stopped; the data is kept for the next time.")
    return 0


def stop_run(data: DataFolder) -> bool:
    """Stop a `make run` in another terminal; return False when there is none."""
    if not data.run_lock.exists():
        return False
    with data.run_lock.open("r+") as lock:
        if try_lock(lock.fileno()):
            return False
        # ValueError: it is just starting, and will be found running when we look again.
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(lock.read()), signal.SIGTERM)
        deadline = time.monotonic() + STOP_PATIENCE
        while not try_lock(lock.fileno()):
            if time.monotonic() > deadline:
                raise LocalError("The `make run` in another terminal does not stop: see what it says there.")
            time.sleep(0.1)
    return True


@contextmanager
def _services(data: DataFolder, wanted: Ports) -> Iterator[dict[str, str]]:
    """Give what the programs run with; afterwards stop the services that were not running before."""
    started = engines.ensure_running(data, wanted)
    try:
        yield _environment(started.addresses, wanted)
    finally:
        ignore_signals()
        engines.stop_these(data, started.by_us)


def _migrate(environment: Mapping[str, str]) -> None:
    command = [PYTHON, "manage.py", "migrate", "--verbosity", "0"]
    result = subprocess.run(  # noqa: S603 - our own command line
        command, env=environment, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stderr=sys.stdout, check=False
    )
    if result.returncode:
        raise LocalError("The database could not be brought up to date; the reason is above.")


def _add_all(programs: Programs, data: DataFolder, wanted: Ports, environment: Mapping[str, str]) -> None:
    # In a container the user is root, and celery has a page of warnings for that.
    celery = [PYTHON, "-W", "ignore:You're running the worker", "-m", "celery", "-A", "enterprise", "--quiet"]
    gunicorn = [PYTHON, "-m", "gunicorn", "--config", "python:enterprise.gunicorn", "--log-level", "warning"]
    here = ["--bind", f"{LOOPBACK}:{wanted.web.number}", "--graceful-timeout", "8"]
    sandbox = [PYTHON, "-m", "texting.sandbox", "--port", str(wanted.sandbox.number)]
    schedule = ["--schedule", str(data.root / "celerybeat-schedule"), "--pidfile="]
    for name, command in {
        "sandbox": [*sandbox, "--data", str(data.root / "sandbox")],
        "web": [*gunicorn, *here],
        "runner": [PYTHON, "manage.py", "texting_runner"],
        "worker": [*celery, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", *schedule],
        "demo": [PYTHON, "-m", "enterprise.local", "demo"],
    }.items():
        programs.add(name, command, environment)


def _say(line: str) -> None:
    # A closed terminal or pipe: stopping goes on without words.
    with suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _environment(addresses: dict[str, str], wanted: Ports) -> dict[str, str]:
    """Return our own environment, and where things are this time."""
    urls = {
        "PUBLIC_URL": f"http://{LOOPBACK}:{wanted.web.number}",
        "ZIPWHIP_URL": f"http://{LOOPBACK}:{wanted.sandbox.number}",
        "ZIPWHIP_APP_URL": f"http://{LOOPBACK}:{wanted.sandbox.number}",
    }
    written = keys.read_env(places.env_file())
    for name in urls:
        # A tunnel or another ZipWhip that somebody wrote into `.env`; settings will read it there.
        if not written.get(name, "http://127.0.0.1").startswith("http://127.0.0.1"):
            urls[name] = written[name]
    return {**urls, **os.environ, **addresses}


@contextmanager
def _only_run(data: DataFolder) -> Iterator[None]:
    with data.run_lock.open("a+") as lock:
        if not try_lock(lock.fileno()):
            raise LocalError("`make run` is already running in another terminal: stop that one first, or `make stop`.")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
