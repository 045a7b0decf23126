"""A running sandbox, a receiver for its webhooks, and a client that knows no more than HTTP."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from tests.free_ports import free_port

LINE = "+16125550100"
ANA = "+16125550134"
BO = "+16515550117"
PROJECT = Path(__file__).resolve().parents[2]
FAST = {
    "latency_ms": 0,
    "pace_per_second": 0,
    "transit_ms": 20,
    "echo_ms": 10,
    "receipt_ms": 40,
    "slow_ms": 400,
    "retry_seconds": [0.05],
    "webhooks": "once",
}


def wait_until(is_true: Callable[[], Any], seconds: float = 10) -> Any:
    """Return the first true value; fail when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := is_true():
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


class Process:
    """`python -m texting.sandbox` with arguments, until stopped."""

    def __init__(self, *arguments: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "texting.sandbox", "--port", str(port), *arguments]
        self.popen = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)
        wait_until(self._answers, 15)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/_sandbox/state", timeout=2).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> str:
        """End it and return what it logged."""
        self.popen.terminate()
        return self.popen.communicate(timeout=10)[1]


class Api:
    """A ZipWhip client of a few lines, and the doors of the sandbox itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = ""

    def login(self, username: str = "6125550100", password: str = "") -> "Api":
        self.session = self.call("user/login", username=username, password=password or "any")["response"]
        return self

    def post(self, path: str, **fields: Any) -> requests.Response:
        fields = {"session": self.session, **fields} if self.session else fields
        return requests.post(f"{self.url}/{path}", data=fields, timeout=5)

    def call(self, path: str, **fields: Any) -> Any:
        return self.post(path, **fields).json()

    def send(self, to: str = ANA, body: str = "Can you work tonight?", **fields: Any) -> Any:
        return self.call("message/send", contacts=to, body=body, **fields)

    def hook_up(self, receiver: "Receiver", *events: str) -> None:
        for event in events or ("receive", "send", "progress", "read", "delete"):
            url = f"{receiver.url}/message/{event}"
            assert self.call("webhook/add", type="message", event=event, url=url)["success"]
        self.call("webhook/add", type="optout", event="change", url=f"{receiver.url}/optout/change")

    def box(self, name: str, **wishes: Any) -> Any:
        answer = requests.post(f"{self.url}/_sandbox/{name}", json=wishes, timeout=5)
        assert answer.ok, answer.text
        return answer.json()

    def look(self, name: str, **filters: Any) -> Any:
        return requests.get(f"{self.url}/_sandbox/{name}", params=filters, timeout=5).json()


class Receiver:
    """Takes webhooks in and remembers them in the order in which they came."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        self.refusals = 0  # so many are answered with 503 before any is taken
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.refusals > 0:
                    receiver.refusals -= 1
                    self.send_response(503)
                else:
                    receiver.headers.append(dict(self.headers))
                    receiver.taken.append((self.path.strip("/"), json.loads(raw)))
                    self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def of(self, event: str) -> list[dict[str, Any]]:
        return [payload for name, payload in list(self.taken) if name == event]

    def wait_for(self, event: str, count: int = 1) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.of(event)) >= count)
        return self.of(event)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


DEFAULTS = {
    "mood": "at once",
    "login_failure_status": 200,
    "session_failure": "null",
    "optout_refusal": "send",
    "long_body": "prefix",
    "webhook_form": "2020",
}
