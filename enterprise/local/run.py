"""`make run`: everything at once, in the foreground, until Ctrl-C."""

import http.client
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from enterprise.local import engines, keys, places, ports
from enterprise.local.children import Children, StopRequested
from enterprise.local.errors import LocalError
from enterprise.local.locks import try_lock
from enterprise.local.places import PYTHON, DataFolder
from enterprise.local.ports import LOOPBACK, Port, Ports

PATIENCE = 60.0
STOP_PATIENCE = 60.0


def run_everything() -> int:
    data, wanted = DataFolder.from_environment(), ports.from_environment()
    data.create()
    with _only_run(data):
        for port in (wanted.web, wanted.sandbox):
            ports.require_free(port)
        children = Children()
        children.listen_to_signals()
        children.say("Starting PostgreSQL and Valkey ...")
        started = engines.ensure_running(data, wanted)
        children.environment = _environment(started.addresses, wanted)
        try:
            _start_all(children, data, wanted)
            children.wait_until(lambda: False)
        except StopRequested:
            children.say("\nStopping everything ...")
        finally:
            children.stop()
            engines.stop_these(data, started.by_us)
        children.say("Everything is stopped; the data is kept for the next time.")
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
                raise LocalError("The `make run` in another terminal does not stop: press Ctrl-C there, twice.")
            time.sleep(0.1)
    return True


def _start_all(children: Children, data: DataFolder, wanted: Ports) -> None:
    sandbox, web = wanted.sandbox.number, wanted.web.number
    manage = [PYTHON, "manage.py"]
    # In a container the user is root, and celery has a page of warnings for that.
    celery = [PYTHON, "-W", "ignore:You're running the worker", "-m", "celery", "-A", "enterprise", "--quiet"]
    gunicorn = [PYTHON, "-m", "gunicorn", "enterprise.wsgi", "--bind", f"{LOOPBACK}:{web}", "--no-control-socket"]
    size = ["--log-level", "warning", "--workers", "2", "--threads", "4", "--graceful-timeout", "8"]
    schedule = ["--schedule", str(data.root / "celerybeat-schedule"), "--pidfile="]

    # First, because the demo firm's line is connected to it.
    children.start(
        "sandbox", [PYTHON, "-m", "texting.sandbox", "--port", str(sandbox), "--data", str(data.root / "sandbox")]
    )
    children.say("\n".join(children.run("migrate", [*manage, "migrate", "--verbosity", "0"])))
    _wait(children, wanted.sandbox, _is_answering(wanted.sandbox))
    how_to_sign_in = children.run("demo", [*manage, "load_demo"])
    children.start("web", [*gunicorn, *size])
    children.start("runner", [*manage, "texting_runner"])
    children.start("worker", [*celery, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING"])
    children.start("beat", [*celery, "beat", "--loglevel", "WARNING", *schedule])
    _wait(children, wanted.web, _is_serving(wanted.web))
    children.say(_welcome(web, sandbox, how_to_sign_in))


def _welcome(web: int, sandbox: int, how_to_sign_in: list[str]) -> str:
    lines = [
        "",
        f"Enterprise:       http://{LOOPBACK}:{web}",
        f"ZipWhip sandbox:  http://{LOOPBACK}:{sandbox}  (the handsets of the demo firm's people)",
        "",
        *how_to_sign_in,
        "",
        "Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)


def _wait(children: Children, port: Port, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE

    def ready_or_late() -> bool:
        return is_ready() or time.monotonic() > deadline

    children.wait_until(ready_or_late)
    if not is_ready():
        raise LocalError(f"Port {port.number} ({port.purpose}) did not answer properly in {PATIENCE:.0f} s.")


def _is_answering(port: Port) -> Callable[[], bool]:
    return lambda: ports.is_answering(port.number)


def _is_serving(port: Port) -> Callable[[], bool]:
    def is_serving() -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, port.number, timeout=3)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 400
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return is_serving


def _environment(addresses: dict[str, str], wanted: Ports) -> dict[str, str]:
    """Return what the programs run with: our own environment, and where things are this time."""
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
