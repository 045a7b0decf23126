"""A small TCP proxy before PostgreSQL that can cut connections at COMMIT: the client never learns what became of it.

Only commits that changed something are cut: it reads along what a transaction said, and that it found rows.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections import Counter
from dataclasses import dataclass, field

CHUNK = 65_536
# Enough of the last chunk to see what stands across two.
TAIL = 200


@dataclass(frozen=True)
class Kind:
    """Commits of transactions with a statement that says `words` and found rows."""

    name: str
    words: bytes

    def __str__(self) -> str:
        return self.name


CLAIM = Kind("claim", b"attempt_count = t.attempt_count + 1")
OUTCOME = Kind("outcome", b"UPDATE texting_text AS t SET")
BATCH = Kind("batch", b'INSERT INTO "texting_text" ')
ARRIVAL = Kind("arrival", b"INSERT INTO texting_webhookevent")
KINDS = (CLAIM, OUTCOME, BATCH, ARRIVAL)
# CommandComplete: how many rows a statement found or changed.
_DONE = re.compile(rb"C\x00\x00\x00.(?:SELECT|UPDATE|DELETE|INSERT 0) (\d+)\x00", re.DOTALL)


@dataclass
class _Talk:
    """One connection: what its transaction has done. `muted`: nothing goes back any more."""

    muted: bool = False
    asked: set[Kind] = field(default_factory=set)
    done: set[Kind] = field(default_factory=set)
    up_tail: bytes = b""
    down_tail: bytes = b""

    def read_up(self, chunk: bytes) -> None:
        seen = self.up_tail + chunk
        self.asked.update(kind for kind in KINDS if kind.words in seen)
        self.up_tail = seen[-TAIL:]

    def read_down(self, chunk: bytes) -> None:
        seen = self.down_tail + chunk
        if found := _DONE.findall(seen):
            if int(found[-1]) > 0:
                self.done |= self.asked
            self.asked = set()
            self.up_tail = self.down_tail = b""
        else:
            self.down_tail = seen[-TAIL:]


class CommitCutter:
    """Forwards to `port`; `cut_next` cuts the next commit of a kind, before or after passing it on."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._wanted: list[tuple[Kind, bool]] = []
        self._loop = asyncio.new_event_loop()
        self.counts: Counter[tuple[Kind, bool]] = Counter()
        self.port = 0
        started = threading.Event()
        threading.Thread(target=self._run, args=(started,), daemon=True).start()
        started.wait(10)

    @property
    def is_waiting(self) -> bool:
        return bool(self._wanted)

    def cut_next(self, kind: Kind, *, before: bool) -> None:
        self._wanted.append((kind, before))

    def calm(self) -> list[str]:
        """Cut no more; return what was not cut."""
        left, self._wanted = self._wanted, []
        return [f"{kind} {'before' if before else 'after'}" for kind, before in left]

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        talk = _Talk()
        upward = asyncio.create_task(self._pass_on(reader, back, talk))
        downward = asyncio.create_task(_pass_back(there, writer, talk))
        await asyncio.wait({upward, downward}, return_when=asyncio.FIRST_COMPLETED)
        for task in (upward, downward):
            task.cancel()
        for stream in (writer, back):
            stream.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, talk: _Talk) -> None:
        while chunk := await reader.read(CHUNK):
            cut = None
            if b"COMMIT\x00" in chunk:
                cut = next((one for one in self._wanted if one[0] in talk.done), None)
                talk.done = set()
            elif b"ROLLBACK\x00" in chunk:
                talk.done = set()
            talk.read_up(chunk)
            if cut:
                self._wanted.remove(cut)
                self.counts[cut] += 1
                talk.muted = True
                if cut[1]:
                    return
            back.write(chunk)
            await back.drain()
            if cut:
                # Long enough for PostgreSQL to do it; the client never hears of it.
                await asyncio.sleep(0.1)
                return


async def _pass_back(there: asyncio.StreamReader, writer: asyncio.StreamWriter, talk: _Talk) -> None:
    while chunk := await there.read(CHUNK):
        talk.read_down(chunk)
        if not talk.muted:
            writer.write(chunk)
            await writer.drain()
