"""Where the sandbox keeps what it knows: nowhere, or in a folder."""

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Memory:
    """Forgets everything at the end of the process."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    def put(self, kind: str, key: str, value: dict[str, Any]) -> None:
        pass

    def delete(self, kind: str, key: str) -> None:
        pass

    def load(self, kind: str) -> Iterator[dict[str, Any]]:
        return iter(())

    def put_blob(self, key: str, content: bytes) -> None:
        self._blobs[key] = content

    def get_blob(self, key: str) -> bytes:
        return self._blobs[key]

    def clear_blobs(self) -> None:
        self._blobs.clear()

    def append_to_ledger(self, entries: list[dict[str, Any]]) -> None:
        pass

    def close(self) -> None:
        pass


class Folder(Memory):
    """Keeps records in an SQLite file and every POST of a text in ledger.jsonl.

    Records survive the end of the process, however it ends (they are written, not synced); the ledger is on the disk
    before a client is answered, so that it can be counted against after a power cut.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # session keys and passwords are in it
        self._db = sqlite3.connect(folder / "state.sqlite3", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))")
        self._db.execute("CREATE TABLE IF NOT EXISTS blob (key TEXT PRIMARY KEY, content BLOB)")
        self._ledger = (folder / "ledger.jsonl").open("ab")

    def put(self, kind: str, key: str, value: dict[str, Any]) -> None:
        self._db.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (kind, key, json.dumps(value)))

    def delete(self, kind: str, key: str) -> None:
        self._db.execute("DELETE FROM record WHERE kind = ? AND key = ?", (kind, key))

    def load(self, kind: str) -> Iterator[dict[str, Any]]:
        for (value,) in self._db.execute("SELECT value FROM record WHERE kind = ? ORDER BY rowid", (kind,)):
            yield json.loads(value)

    def put_blob(self, key: str, content: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO blob VALUES (?, ?)", (key, content))

    def get_blob(self, key: str) -> bytes:
        row = self._db.execute("SELECT content FROM blob WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return bytes(row[0])

    def clear_blobs(self) -> None:
        self._db.execute("DELETE FROM blob")

    def append_to_ledger(self, entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            self._ledger.write(json.dumps(entry).encode() + b"\n")
        self._ledger.flush()
        os.fsync(self._ledger.fileno())

    def close(self) -> None:
        self._ledger.close()
        self._db.close()
