"""Telling the customer: events are posted in the background and tried again until they are taken."""

import asyncio
import json
import logging
import random
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import aiohttp

from . import payloads
from .ledger import note_keyword
from .model import Hook, Message, OptOut
from .world import World

logger = logging.getLogger(__name__)

CONCURRENT_POSTS = 16
LATEST_SECONDS = 3.0
USER_AGENT = "Apache-HttpClient/4.5.7 (Java/1.8.0_201)"  # as seen in 2020


@dataclass
class Tally:
    taken: int = 0
    tried_again: int = 0
    given_up: int = 0


class Courier:
    """Delivers events. Nothing is promised about their order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._slots = asyncio.Semaphore(CONCURRENT_POSTS)
        self._session = aiohttp.ClientSession(headers={"User-Agent": USER_AGENT})
        self._tasks: set[asyncio.Task[None]] = set()
        self.tallies: dict[str, Tally] = defaultdict(Tally)

    @property
    def under_way(self) -> int:
        return len(self._tasks)

    def announce(self, event: str, message: Message) -> list[asyncio.Task[None]]:
        """Post a message event ("receive", "send", ...) as the message is now; the tasks end when it is settled."""
        is_known = self._world.messages.get(message.id) is message  # a reset may have come between
        if message.fate == "silent" or not is_known:
            return []
        line = self._world.lines[message.line]
        payload = payloads.webhook_message(message, line, self._world.settings.webhook_form)
        copies = 2 if "twice" in (message.fate, self._world.settings.webhooks) else 1
        hooks = self._hooks(message.line, "message", event)
        return [self._start(hook, payload, message) for hook in hooks for _ in range(copies)]

    def announce_optout(self, optout: OptOut, keyword: Message, *, opted_out: bool) -> None:
        """Tell of what a handset has just written: `keyword` is that text."""
        line = self._world.lines[optout.line]
        form = self._world.settings.webhook_form
        payload = payloads.webhook_optout(line, optout, form, opted_out=opted_out)
        copies = 2 if self._world.settings.webhooks == "twice" else 1
        for hook in self._hooks(optout.line, "optout", "change") * copies:
            self._start(hook, payload, keyword)

    def forget(self) -> None:
        for task in self._tasks:
            task.cancel()
        self.tallies.clear()

    async def close(self) -> None:
        self.forget()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def _hooks(self, line: str, hook_type: str, event: str) -> list[Hook]:
        mine = (one for one in self._world.hooks.values() if one.line == line)
        return [one for one in mine if (one.type, one.event) == (hook_type, event)]

    def _start(self, hook: Hook, payload: dict[str, Any], about: Message) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(hook, payload, about))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _deliver(self, hook: Hook, payload: dict[str, Any], about: Message) -> None:
        tally = self.tallies[hook.line]
        if self._world.settings.webhooks == "dropped":
            tally.given_up += 1
            return
        if self._world.settings.webhooks == "late":
            await asyncio.sleep(random.uniform(0, LATEST_SECONDS))  # noqa: S311 - guards nothing
        for delay in [*self._world.settings.retry_seconds, None]:
            if await self._post(hook, payload):
                note_keyword(self._world, about, "taken")
                tally.taken += 1
                self._world.version += 1
                return
            if delay is None or hook.id not in self._world.hooks:
                break
            await asyncio.sleep(delay)
            tally.tried_again += 1
        tally.given_up += 1
        self._world.version += 1
        logger.warning("webhook %s: %s/%s given up", hook.id, hook.type, hook.event)

    async def _post(self, hook: Hook, payload: dict[str, Any]) -> bool:
        """Tell whether the receiver took it: any 2xx. A redirect is not followed and counts as a failure."""
        timeout = aiohttp.ClientTimeout(total=self._world.settings.webhook_timeout_seconds)
        headers = {"Content-Type": "application/json;charset=UTF-8"}
        body = json.dumps(payload, ensure_ascii=False).encode()
        try:
            async with (
                self._slots,
                self._session.request(
                    hook.method, hook.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
                ) as answer,
            ):
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False
