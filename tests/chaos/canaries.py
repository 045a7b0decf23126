"""What nobody may read where it does not belong: secrets, bodies, numbers; in logs, and in what Valkey holds.

All is searched as bytes, in the files themselves: what Valkey held in passing is still in the file that it appends to.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

import redis

from tests.chaos.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.firm import Firm

WORDS = ("secret-canary", "chaos-body-", "a long password for chaos")
# Celery keeps the arguments of a task so.
BASE64 = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")


def told(firm: Firm) -> list[Violation]:
    """One for each place that tells something."""
    canaries = canaries_of(firm)
    return [
        Violation("I10 no secret, body or number in a log", f"{found[:12]}... in {place}")
        for place, content in places(firm)
        if (found := find(content, canaries))
    ]


def canaries_of(firm: Firm) -> list[str]:
    numbers = [number.removeprefix("+1") for (number,) in firm.query("SELECT DISTINCT number FROM texting_text")]
    ours = [firm.environment["TEXTING_KEYS"].partition(":")[2], *asdict(firm.secrets).values()]
    return [*WORDS, *numbers, *firm.secrets_told(), *ours, *session_keys(firm)]


def session_keys(firm: Firm) -> list[str]:
    """Those that the sandbox has given us and that still are good."""
    with closing(sqlite3.connect(firm.folder / "sandbox" / "state.sqlite3")) as state:
        rows = state.execute("SELECT value FROM record WHERE kind = 'session'").fetchall()
    return [json.loads(value)["key"] for (value,) in rows]


def places(firm: Firm) -> Iterator[tuple[str, bytes]]:
    yield "the log of our processes", (firm.folder / "log").read_bytes()
    for path in sorted(firm.data.logs.iterdir()):
        yield path.name, path.read_bytes()
    for path in sorted(path for path in firm.data.valkey.rglob("*") if path.is_file()):
        yield f"Valkey's {path.name}", opened(path.read_bytes())
    yield "Valkey", opened(b"\n".join(held_in_valkey(firm.environment["REDIS_URL"])))


def held_in_valkey(url: str) -> Iterator[bytes]:
    """Each key with its value, whatever its kind."""
    client = redis.Redis.from_url(url)
    read = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"hash": client.hgetall,
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        b"stream": client.xrange,
    }
    for key in client.scan_iter():
        kind = client.type(key)
        yield key + b" " + (repr(read[kind](key)).encode() if kind in read else b"")


def opened(content: bytes) -> bytes:
    """With what is base64 in it in plain words beside."""
    decoded = [base64.b64decode(run[0][: len(run[0]) // 4 * 4]) for run in BASE64.finditer(content)]
    return b"\n".join([content, *decoded])


def find(content: bytes, canaries: list[str]) -> str:
    """The first of them that is there, "" if none is."""
    return next((canary for canary in canaries if canary and canary.encode() in content), "")
