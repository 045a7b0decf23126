"""A project of a few lines around a copy of enterprise/local, so that starting and stopping is tested in seconds."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.free_ports import find_free_ports
from tests.plugin_services import SETTINGS

CHECKOUT = Path(__file__).resolve().parents[2]
PORTS = ("POSTGRES_PORT", "VALKEY_PORT", "WEB_PORT", "SANDBOX_PORT")
NOT_PASSED_ON = {*SETTINGS, "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "MAKELEVEL"}
SERVER = """
import http.server, sys
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), \
http.server.SimpleHTTPRequestHandler).serve_forever()
"""
MANAGE = """
import os, sys, time
sys.stderr.write("PUBLIC_URL is " + os.environ["PUBLIC_URL"] + "\\n")
if sys.argv[1] == os.environ.get("FAILING"):
    sys.exit("there is no such firm")
if sys.argv[1] == "load_demo":
    print("Sign in as anna")
if sys.argv[1] == "texting_runner":
    time.sleep(float(os.environ.get("RUNNER_LIVES", "1000")))
    sys.exit(3)
"""
WSGI = """
def application(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]
"""
MAKEFILE = f"""
run:
	@exec {sys.executable} -m enterprise.local run
"""
CELERY = """
import os
from celery import Celery
app = Celery(broker=os.environ["REDIS_URL"])
"""


def heed_signals() -> None:
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


class StandIn:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / ".data"
        package = root / "enterprise"
        shutil.copytree(CHECKOUT / "enterprise/local", package / "local", ignore=shutil.ignore_patterns("__pycache__"))
        (root / "texting").mkdir()
        for path, content in (
            ("Makefile", MAKEFILE),
            ("manage.py", MANAGE),
            ("texting/sandbox.py", SERVER),
            ("texting/__init__.py", ""),
            ("enterprise/__init__.py", ""),
            ("enterprise/wsgi.py", WSGI),
            ("enterprise/gunicorn.py", "wsgi_app = 'enterprise.wsgi'"),
            ("enterprise/celery.py", CELERY),
        ):
            (root / path).write_text(content)
        self.environment = {
            # Not what the test run itself was given.
            **{name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON},
            "ENTERPRISE_DATA": str(self.data),
            "ENTERPRISE_ENV_FILE": str(root / ".env"),
            # The checkout may be on the path of the interpreter; ours goes first.
            "PYTHONPATH": str(root),
            **{name: str(port) for name, port in zip(PORTS, find_free_ports(len(PORTS)), strict=True)},
        }

    def call(self, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "enterprise.local", command],
            cwd=self.root,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def run_in_background(self, *, by_make: bool = False, **environment: str) -> subprocess.Popen[str]:
        direct = [sys.executable, "-m", "enterprise.local", "run"]
        with (self.root / "run.out").open("w") as output:
            return subprocess.Popen(
                ["make", "run"] if by_make else direct,
                cwd=self.root,
                env={**self.environment, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                # As from a person's shell, even when the test run itself is under nohup or in the background.
                preexec_fn=heed_signals,
                start_new_session=True,
            )

    def output(self) -> str:
        return (self.root / "run.out").read_text()

    def processes(self) -> dict[int, str]:
        """Return the command lines of everything alive that belongs to this project, zombies left out."""
        found = {}
        for line in subprocess.check_output(["ps", "-eo", "pid=,stat=,args="], text=True).splitlines():
            pid, state, command = line.split(None, 2)
            if self._is_ours(pid, command) and not state.startswith("Z"):
                found[int(pid)] = command
        return found

    def _is_ours(self, pid: str, command: str) -> bool:
        if str(self.root) in command:
            return True
        try:
            return str(self.root) in Path(f"/proc/{pid}/environ").read_text(errors="replace")
        except OSError:
            return False

    def end_everything(self) -> None:
        if self.processes():
            self.call("stop")
        self.kill_leftovers()

    def kill_leftovers(self) -> None:
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def wait_for(condition: Callable[[], object], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
