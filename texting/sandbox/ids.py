"""The ids of ZipWhip: what a client may rely on is their size, their order and their shape."""

import hashlib
import uuid
import zlib
from collections.abc import Iterable

SNOWFLAKE_EPOCH_MS = 1288834974657  # (id >> 22) + this = creation time, in every published sample since 2012
SNOWFLAKE_WORKER = 173 << 12  # any fixed worker; its presence makes the low bits look as they did


class Snowflakes:
    """Mints 64-bit message ids that grow with time; two minted in a row are neighbours (k, k+1)."""

    def __init__(self) -> None:
        self._last = 0

    def mint(self, at_ms: int) -> int:
        fresh = ((at_ms - SNOWFLAKE_EPOCH_MS) << 22) | SNOWFLAKE_WORKER
        self._last = max(self._last + 1, fresh)
        return self._last


class Counter:
    """Mints growing numbers that also grow across restarts, as they follow the clock: contact and webhook ids.

    Contact ids were larger than 32 bits; milliseconds are, and stay below the 2**53 that JavaScript can hold.
    """

    def __init__(self) -> None:
        self._last = 0

    def mint(self, at_ms: int) -> int:
        self._last = max(self._last + 1, at_ms)
        return self._last


def fingerprint(numbers: Iterable[str]) -> str:
    """Return the stable 32-bit fingerprint of a set of recipients, the same on every line."""
    return str(zlib.crc32(",".join(sorted(set(numbers))).encode()))


def device_id(number: str) -> int:
    """Return the nine-digit device id of a line, always the same for the same number."""
    return 100_000_000 + int.from_bytes(hashlib.sha256(number.encode()).digest()[:8], "big") % 900_000_000


def session_key(number: str) -> str:
    """Return a new key: UUID, colon, device id of the line (46 characters)."""
    return f"{uuid.uuid4()}:{device_id(number)}"


def storage_key() -> str:
    return str(uuid.uuid4())
