"""A small TCP proxy before PostgreSQL that can cut connections at COMMIT: the client never learns what became of it."""

from __future__ import annotations

import asyncio
import threading

CHUNK = 65_536


class CommitCutter:
    """Forwards to `port`; `cut_next` cuts the next connection that says COMMIT, before or after passing it on."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._cuts: list[bool] = []
        self._loop = asyncio.new_event_loop()
        self.cut_count = 0
        self.port = 0
        started = threading.Event()
        threading.Thread(target=self._run, args=(started,), daemon=True).start()
        started.wait(10)

    def cut_next(self, *, before: bool) -> None:
        self._cuts.append(before)

    def calm(self) -> None:
        self._cuts.clear()

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
        muted = asyncio.Event()
        upward = asyncio.create_task(self._pass_on(reader, back, muted))
        downward = asyncio.create_task(_pass_back(there, writer, muted))
        await asyncio.wait({upward, downward}, return_when=asyncio.FIRST_COMPLETED)
        for task in (upward, downward):
            task.cancel()
        for stream in (writer, back):
            stream.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, muted: asyncio.Event) -> None:
        while chunk := await reader.read(CHUNK):
            cut = bool(self._cuts) and b"COMMIT\x00" in chunk
            if cut:
                self.cut_count += 1
                muted.set()
                if self._cuts.pop(0):
                    return
            back.write(chunk)
            await back.drain()
            if cut:
                # Long enough for PostgreSQL to do it; the client never hears of it.
                await asyncio.sleep(0.1)
                return


async def _pass_back(there: asyncio.StreamReader, writer: asyncio.StreamWriter, muted: asyncio.Event) -> None:
    while chunk := await there.read(CHUNK):
        if not muted.is_set():
            writer.write(chunk)
            await writer.drain()
