"""Beside the programs of `make run`: load the demo firm once they answer, say how to sign in, then only wait."""

import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress

from enterprise.local import ports
from enterprise.local.errors import LocalError
from enterprise.local.places import PYTHON
from enterprise.local.ports import LOOPBACK, Port

PATIENCE = 60.0
POLL = 0.1
WELCOME = """
Enterprise:       http://{host}:{web}
ZipWhip sandbox:  http://{host}:{sandbox}  (the handsets of the demo firm's people)

{how_to_sign_in}

Ctrl-C stops everything.

"""


def present() -> int:
    """Never returns by itself: when one program ends, the others are stopped."""
    wanted = ports.from_environment()
    # The demo firm's line is connected to it.
    _wait(wanted.sandbox, ports.is_answering)
    how_to_sign_in = _load()
    _wait(wanted.web, _is_serving)
    web, sandbox = wanted.web.number, wanted.sandbox.number
    sys.stdout.write(WELCOME.format(host=LOOPBACK, web=web, sandbox=sandbox, how_to_sign_in=how_to_sign_in))
    sys.stdout.flush()
    while True:
        signal.pause()


def _load() -> str:
    command = [PYTHON, "manage.py", "load_demo"]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own
    if result.returncode:
        raise LocalError(f"{result.stdout}The demo firm could not be loaded; the reason is above.")
    return result.stdout.rstrip("\n")


def _wait(port: Port, is_ready: Callable[[int], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_ready(port.number):
        if time.monotonic() > deadline:
            raise LocalError(f"Port {port.number} ({port.purpose}) did not answer properly in {PATIENCE:.0f} s.")
        time.sleep(POLL)


def _is_serving(number: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, number, timeout=3)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/")
        return connection.getresponse().status < 400
    return False
