"""One POST, one answer: no repetition, no redirect, no cookie, bounded in time and size.

What matters is what a failure proves. As long as no byte of the request was handed to the connection, nothing can have
left, whatever went wrong; from then on nothing is certain without an answer.
"""

from __future__ import annotations

import io
import ssl
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from enum import Enum, auto
from http.client import HTTPException, HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, EmptyPoolError, HTTPError, NewConnectionError, SSLError

from texting.errors import NotSent, WrongPlace
from texting.vocabulary import StopCause

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from _typeshed import WriteableBuffer

ANSWER_LIMIT_BYTES = 1_000_000
_CHUNK_BYTES = 65_536
# A server that closes an idle connection just when we write to it makes a text unconfirmed for nothing.
_IDLE_SECONDS = 5.0


@dataclass(frozen=True)
class Timeouts:
    """`read_seconds` is the longest silence, `total_seconds` the whole call, however slowly the answer drips in.

    Looking up the host's name is not bounded by either.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    total_seconds: float = 40.0


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Unclear(Exception):
    """The request may have been carried out. `detail` holds nothing of what was sent or answered."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Oversized(Unclear):
    """The answer is larger than what was asked for."""


class _Stage(Enum):
    UNTOUCHED = auto()  # no connection of ours has been used
    CONNECTING = auto()
    SENDING = auto()


class _Call(threading.local):
    """The call that this thread is making."""

    stage = _Stage.UNTOUCHED
    deadline = 0.0
    read_seconds = 0.0


_call = _Call()


class Transport:
    """Posts forms to one host. Safe to use from several threads; each keeps one connection of its own."""

    def __init__(self, base_url: str, timeouts: Timeouts) -> None:
        self._base_url = check_url(base_url)
        self._timeouts = timeouts
        self._local = threading.local()

    def post(self, path: str, fields: Mapping[str, str], *, limit_bytes: int = ANSWER_LIMIT_BYTES) -> Reply:
        """Post `fields` as a form; nothing of them stands in the address. Raises NotSent, WrongPlace or Unclear."""
        form = urlencode(fields).encode()
        _call.stage = _Stage.UNTOUCHED
        _call.deadline = time.monotonic() + self._timeouts.total_seconds
        _call.read_seconds = self._timeouts.read_seconds
        try:
            with closing(self._open(path, form)) as response:
                return Reply(response.status_code, response.headers, _read(response, limit_bytes))
        except (OSError, HTTPException, HTTPError) as error:
            detail = f"{path}: {type(error).__name__}"
            if _is_unproven(error):
                raise WrongPlace(StopCause.CERTIFICATE, detail=detail) from error
            if _nothing_left(error):
                raise NotSent(detail=detail) from error
            raise Unclear(detail) from error

    def _open(self, path: str, form: bytes) -> requests.Response:
        return self._session().post(
            f"{self._base_url}/{path}",
            data=form,
            timeout=(self._timeouts.connect_seconds, self._timeouts.read_seconds),
            allow_redirects=False,
            stream=True,
        )

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        now = time.monotonic()
        if session is None:
            session = self._local.session = _make_session()
        elif now - self._local.used_at > _IDLE_SECONDS:
            session.close()  # its connections only; the next call makes a fresh one
        self._local.used_at = now
        return session


def check_url(url: str) -> str:
    """Return `url` without a slash at its end. Raises ValueError when it is no plain address of a host."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("ZipWhip’s address must be like https://host or https://host/path, without a user or a query")
    return url.rstrip("/")


def _make_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, no .netrc
    # A cookie of the login of one line would go along with the next line's call.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update(
        {
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # what is not compressed cannot be a bomb
            # With the charset, without which older Java servers read a form as Latin-1.
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "Enterprise-Texting",
        }
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(pool_connections=1, pool_maxsize=1, max_retries=urllib3.Retry(0, read=False)))
    return session


def _read(response: requests.Response, limit_bytes: int) -> bytes:
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:18]) > limit_bytes:
        raise Oversized(f"an answer of more than {limit_bytes} bytes")
    body = bytearray()
    while chunk := response.raw.read(_CHUNK_BYTES, decode_content=False):
        body += chunk
        if len(body) > limit_bytes:
            raise Oversized(f"an answer of more than {limit_bytes} bytes")
    return bytes(body)


def _is_unproven(error: BaseException | None) -> bool:
    """Whether the other end showed a certificate that does not hold; that comes before any byte of the request."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def _nothing_left(error: Exception) -> bool:
    if _call.stage is not _Stage.UNTOUCHED:
        return _call.stage is _Stage.CONNECTING
    # Something else than our connections was at work: only what its words prove.
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    proofs = (ConnectTimeoutError, NewConnectionError, EmptyPoolError, SSLError)
    proven = isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError)
    return proven or isinstance(reason, proofs)


class _UntilDeadline(io.RawIOBase):
    """Read from a socket, each time no longer than what is left of the call."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = _call.deadline
        self._read_seconds = _call.read_seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(min(left, self._read_seconds))
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        # The reader that HTTPResponse made keeps the socket open as long as it lives; it is wrapped, not replaced.
        self.fp = io.BufferedReader(_UntilDeadline(self.fp.detach(), sock))


class _PlainConnection(HTTPConnection):
    # Also over TLS, where what it calls is HTTPSConnection's.
    response_class = _Answer

    def connect(self) -> None:
        _call.stage = _Stage.CONNECTING
        super().connect()

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        _call.stage = _Stage.SENDING
        super().send(data)


class _TlsConnection(_PlainConnection, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
