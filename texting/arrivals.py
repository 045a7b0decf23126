"""A webhook as it came: into the database, or, while that is down, into a spool of files that runners replay.

The spool is a folder that the web processes and at least one runner share. A file of it holds no secret, but the hash
by which to tell afterwards whether the sender knew it; until then nobody could look that up.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import DataError, transaction

from texting import conf
from texting.dispatch import wake_runners
from texting.models import Line
from texting.secrets import CannotDecrypt
from texting.sql import run

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

# Whoever fills the spool while the database is down fills at most so much of the disk: with bodies of 256 KB, 1.25 GB.
MOST_FILES = 5_000


def knows_secret(line: Line, secret_sha256: str) -> bool:
    """Whether the SHA-256 (hex) is that of the line's webhook secret. Raises CannotDecrypt."""
    return hmac.compare_digest(_sha256(line.reveal("webhook").reveal().encode()), secret_sha256)


def store(line_id: int, event: str, body: bytes, *, received_at: datetime | None = None) -> None:
    """Keep an event once, unread; `received_at` None means now."""
    with transaction.atomic():
        run(
            """
            INSERT INTO texting_webhookevent
                (line_id, event, body, body_sha256, state, tries, next_try_at, problem, received_at)
            VALUES (%s, %s, %s, %s, 'pending', 0, now(), '', coalesce(%s, now()))
            ON CONFLICT (line_id, event, body_sha256) DO NOTHING
            """,
            [line_id, event, body, _sha256(body), received_at],
        )
        wake_runners()


def spool(line_id: int, secret: str, event: str, body: bytes) -> bool:
    """Write an event that the database did not take to disk, for good; False when the spool is full or fails."""
    folder = conf.spool_path()
    entry = {
        "line_id": line_id,
        "secret_sha256": _sha256(secret.encode()),
        "event": event,
        "body": base64.b64encode(body).decode(),
        "received_at": datetime.now(UTC).isoformat(),
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if len(os.listdir(folder)) >= MOST_FILES:
            logger.error("the spool of webhooks is full")
            return False
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        _write(folder / f"{name}.new", json.dumps(entry).encode())
        (folder / f"{name}.new").rename(folder / f"{name}.json")
        _sync(folder)
    except OSError:
        logger.exception("an event of line %s could not be spooled", line_id)
        return False
    return True


def replay_spool() -> int:
    """Store what was spooled, oldest first, and take it off the disk; return how many. Raises Django's errors.

    Two at once do no harm: an event is stored once. One from a sender who did not know the secret is dropped.
    """
    folder = conf.spool_path()
    replayed = 0
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        try:
            replayed += _replay(path)
        except (ValueError, KeyError, TypeError, DataError):
            logger.exception("spooled event %s cannot be read", path.name)
            path.rename(path.with_suffix(".unreadable"))
        except CannotDecrypt:
            logger.exception("spooled event %s waits: its line's secret cannot be read", path.name)
        except FileNotFoundError:
            continue  # another runner was quicker
        except OSError:
            logger.exception("spooled event %s waits: its file cannot be read", path.name)
    return replayed


def _replay(path: Path) -> bool:
    entry = json.loads(path.read_bytes())
    line = Line.objects.filter(pk=entry["line_id"]).first()
    is_known = line is not None and knows_secret(line, entry["secret_sha256"])
    if is_known:
        received_at = datetime.fromisoformat(entry["received_at"])
        store(entry["line_id"], entry["event"], base64.b64decode(entry["body"]), received_at=received_at)
    else:
        logger.warning("a spooled event came from nobody we know; dropped")
    path.unlink(missing_ok=True)
    return is_known


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
