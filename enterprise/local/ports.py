import os
import socket
from dataclasses import dataclass

from enterprise.local.errors import LocalError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Port:
    """A port and the environment variable that changes it."""

    variable: str
    number: int
    purpose: str

    @property
    def chosen(self) -> bool:
        return bool(os.environ.get(self.variable))


@dataclass(frozen=True)
class Ports:
    postgres: Port
    valkey: Port
    web: Port
    sandbox: Port


def from_environment() -> Ports:
    """Raises LocalError for a value that is no port, and for one port given twice."""
    ports = Ports(
        postgres=_read("POSTGRES_PORT", 25432, "PostgreSQL"),
        valkey=_read("VALKEY_PORT", 26379, "Valkey"),
        web=_read("WEB_PORT", 8000, "the web pages"),
        sandbox=_read("SANDBOX_PORT", 9900, "the ZipWhip sandbox"),
    )
    seen: dict[int, Port] = {}
    for port in (ports.postgres, ports.valkey, ports.web, ports.sandbox):
        if (other := seen.setdefault(port.number, port)) is not port:
            raise LocalError(f"{other.variable} and {port.variable} are both {port.number}; each needs its own port.")
    return ports


def _read(variable: str, default: int, purpose: str) -> Port:
    value = os.environ.get(variable) or str(default)
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise LocalError(f"{variable} must be a port from 1 to 65535, not {value!r}.")
    return Port(variable, int(value), purpose)


def require_free(port: Port) -> None:
    try:
        free = not is_answering(port.number) and can_bind(port.number)
    except PermissionError as error:
        raise LocalError(
            f"Port {port.number}, meant for {port.purpose}, is not allowed for this user:"
            f" choose another with {port.variable}."
        ) from error
    if not free:
        raise LocalError(
            f"Port {port.number}, meant for {port.purpose}, is already in use by another program:"
            f" stop that program or choose another port with {port.variable}, for example"
            f" {port.variable}={find_free()}."
        )


def is_answering(number: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, number), timeout=1):
            return True
    except OSError:
        return False


def can_bind(number: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still fading is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, number))
        except PermissionError:
            raise
        except OSError:
            return False
    return True


def find_free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        number: int = probe.getsockname()[1]
    return number
