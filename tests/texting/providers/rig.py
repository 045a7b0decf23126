"""What the tests of ZipWhip's client share: canaries, captured-like answers, and a server made of raw sockets."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable

URL = "https://api.zipwhip.test"
SESSION = "3d0f1dde-aaff-4ce8-b61a-0canary0000a:309626613"
PASSWORD = "canary-swordfish-7"
LINE = "+16125550100"
ANA = "+16125550134"
BODY = "Canary: can you work Monday & Tuesday? ça va 😀 100%"
MESSAGE_ID = "2124549878469808128"
# What must never be seen in a log, an error or an address.
SECRETS = (SESSION, PASSWORD, ANA, ANA[2:], LINE[2:], BODY, "Monday", "swordfish", "aaff-4ce8")


def envelope(response: object, *, success: bool = True, **beside: object) -> bytes:
    return json.dumps({"success": success, "response": response, **beside}).encode()


def refusal(code: int | str | None = None, desc: str = "No") -> bytes:
    return envelope(None if code is None else {"statusCode": code, "desc": desc}, success=False)


ACCEPTED = envelope(
    {
        "fingerprint": "2216445311",
        "root": MESSAGE_ID,
        "tokens": [{"message": MESSAGE_ID, "fingerprint": "2216445311", "contact": 1989548603, "device": 309626613}],
    },
    sessions=None,
)
USER = envelope({"user": {"mobileNumber": LINE[2:], "firstName": "", "MOCount": 3}, "settings": {}, "groups": []})


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def read_request(connection: socket.socket) -> bytes:
    """Return one whole request, b"" when the other side has closed."""
    request = b""
    while b"\r\n\r\n" not in request:
        piece = connection.recv(65_536)
        if not piece:
            return b""
        request += piece
    head, _, body = request.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def reset(connection: socket.socket) -> None:
    """End a connection with a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class RawServer:
    """Handles each connection with a function in a thread of its own; notes what it was sent."""

    def __init__(self, handle: Callable[[socket.socket, "RawServer"], None]) -> None:
        self.handle = handle
        self.requests: list[bytes] = []
        self.connection_count = 0
        self.closing = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connection_count += 1
            threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        try:
            self.handle(connection, self)
        except OSError:
            return
        finally:
            connection.close()

    def take(self, connection: socket.socket) -> bytes:
        request = read_request(connection)
        if request:
            self.requests.append(request)
        return request

    def drip(self, connection: socket.socket, answer: bytes, *, every: float) -> None:
        for position in range(len(answer)):
            if self.closing.is_set():
                return
            connection.sendall(answer[position : position + 1])
            time.sleep(every)

    def close(self) -> None:
        self.closing.set()
        self.listener.close()
