"""PostgreSQL and Valkey together: start, stop, addresses."""

import fcntl
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from enterprise.local import daemons, keys, places, ports, postgres, valkey
from enterprise.local.errors import LocalError
from enterprise.local.places import DataFolder
from enterprise.local.ports import Port, Ports

PORT_ATTEMPTS = 3


@dataclass(frozen=True)
class Started:
    # As settings read them: DATABASE_URL and REDIS_URL.
    addresses: dict[str, str]
    # The servers that were not running before.
    by_us: tuple[daemons.Daemon, ...]


def ensure_running(data: DataFolder, wanted: Ports) -> Started:
    """Start what does not run yet; what runs stays as it is. Idempotent, and safe to call twice at the same time."""
    data.create()
    with _alone(data):
        secrets = keys.load(data.secrets)
        by_us: list[daemons.Daemon] = []
        try:
            postgres_port = _find(postgres.daemon(data), wanted.postgres)
            valkey_port = _find(valkey.daemon(data), wanted.valkey)
            if postgres_port is None:
                by_us.append(postgres.daemon(data))
                postgres.start_durable(data, wanted.postgres.number, secrets.postgres_password)
            if valkey_port is None:
                by_us.append(valkey.daemon(data))
                valkey.start_durable(data, wanted.valkey.number, secrets.valkey_password)
        except BaseException:
            # An interrupted start leaves nothing half-started behind.
            for daemon in by_us:
                daemons.stop(daemon)
            raise
        addresses = {
            "DATABASE_URL": postgres.url(postgres_port or wanted.postgres.number, secrets.postgres_password),
            "REDIS_URL": valkey.url(valkey_port or wanted.valkey.number, secrets.valkey_password),
        }
        if (env := places.env_file()) is not None:
            keys.write_env(env, secrets, addresses)
    return Started(addresses, tuple(by_us))


def _find(daemon: daemons.Daemon, wanted: Port) -> int | None:
    """Return the port the server runs on; None when it has to be started, on a port that is then free."""
    running = daemons.find_running(daemon)
    if running is None:
        ports.require_free(wanted)
        return None
    if wanted.chosen and running.port != wanted.number:
        raise LocalError(
            f"{daemon.name} of this data folder already runs on port {running.port},"
            f" not on {wanted.variable}={wanted.number}: run `make stop` first."
        )
    return running.port


def stop(data: DataFolder) -> list[str]:
    """Stop both; return the names of those that were running."""
    if not data.root.exists():
        return []
    data.create()
    with _alone(data):
        both = [postgres.daemon(data), valkey.daemon(data)]
        with ThreadPoolExecutor() as pool:
            stopped = list(pool.map(daemons.stop, both))
    return [daemon.name for daemon, was_running in zip(both, stopped, strict=True) if was_running]


def stop_these(data: DataFolder, started: tuple[daemons.Daemon, ...]) -> None:
    with _alone(data), ThreadPoolExecutor() as pool:
        list(pool.map(daemons.stop, started))


def start_throwaway(data: DataFolder) -> dict[str, str]:
    """Start a fast pair on free ports that ends with this process; return its addresses."""
    data.create()
    secrets = keys.generate()
    valkey_port = _start_on_free_port(lambda port: valkey.start_throwaway(data, port, secrets.valkey_password))
    postgres_port = _start_on_free_port(lambda port: postgres.start_throwaway(data, port, secrets.postgres_password))
    return {
        "DATABASE_URL": postgres.url(postgres_port, secrets.postgres_password),
        "REDIS_URL": valkey.url(valkey_port, secrets.valkey_password),
    }


def _start_on_free_port(start: Callable[[int], None]) -> int:
    """Return the port; tried again when somebody else takes it between the look and the start."""
    for _ in range(PORT_ATTEMPTS - 1):
        port = ports.find_free()
        with suppress(LocalError):
            start(port)
            return port
    port = ports.find_free()
    start(port)
    return port


@contextmanager
def _alone(data: DataFolder) -> Iterator[None]:
    """Let one start or stop at a time happen in a data folder; a second one waits."""
    descriptor = os.open(data.root / "services.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
