"""The way from the line to the phone: a pace for each line, a journey, a phone that is on or off."""

import asyncio
from collections import defaultdict

from .clock import now_ms
from .model import Message
from .tricks import BY_NAME
from .webhooks import Courier
from .world import World

IN_PROCESS, QUEUED, DELIVERED = 1, 2, 4
FAILS = ("failed", "failed-receipt", "spam", "stop-later")


class Carrier:
    def __init__(self, world: World, courier: Courier) -> None:
        self._world = world
        self._courier = courier
        self._loop = asyncio.get_running_loop()
        self._next_free: dict[str, float] = defaultdict(float)

    def resume(self) -> None:
        """Take up what was under way when the process ended."""
        for message in list(self._world.messages.values()):
            if message.state in ("scheduled", "queued", "moving"):
                if message.state == "queued":
                    self._courier.announce("send", message)  # perhaps once more: better twice than never
                self.take(message)

    def forget(self) -> None:
        """Free the lines; what was under way is dropped when its moment comes and it is no longer known."""
        self._next_free.clear()

    def take(self, message: Message) -> None:
        """Carry a message from now on, or from its scheduled time on."""
        if message.state == "scheduled" and message.scheduled_ms is not None:
            wait = max(0, message.scheduled_ms - now_ms()) / 1000
            # A timer holds at most some days; look again at least daily.
            self._loop.call_later(min(wait, 86_400.0), self._leave_if_due, message)
        else:
            self._enter_the_queue(message)

    def switch_on(self, number: str) -> None:
        """Deliver what waits for this phone."""
        for message in list(self._world.messages.values()):
            if message.other == number and message.state == "waiting":
                self._arrive(message)

    def _is_current(self, message: Message) -> bool:
        return self._world.messages.get(message.id) is message and message.state != "canceled"

    def _leave_if_due(self, message: Message) -> None:
        if not self._is_current(message):
            return
        if (message.scheduled_ms or 0) > now_ms():
            self.take(message)
            return
        message.state = "queued"
        self._save(message, message.status_code)
        self._courier.announce("send", message)
        self._enter_the_queue(message)

    def _enter_the_queue(self, message: Message) -> None:
        pace = self._world.settings.pace_per_second
        slot = max(self._loop.time(), self._next_free[message.line])
        if pace:
            self._next_free[message.line] = slot + 1 / pace
        echo = self._world.settings.echo_ms / 1000
        self._loop.call_at(slot + 2 * echo, self._depart, message)

    def _depart(self, message: Message) -> None:
        if not self._is_current(message):
            return
        message.state = "moving"
        self._progress(message, QUEUED if message.fate == "stuck" else IN_PROCESS)
        if message.fate != "stuck":
            self._loop.call_later(self._world.settings.transit_ms / 1000, self._arrive, message)

    def _arrive(self, message: Message) -> None:
        if not self._is_current(message):
            return
        if message.fate in FAILS:
            message.state = "failed"
            self._progress(message, _final_code(message))
        elif not self._world.get_handset(message.other).on:
            message.state = "waiting"
            self._progress(message, QUEUED)
        else:
            self.deliver(message)

    def deliver(self, message: Message) -> list[asyncio.Task[None]]:
        message.state = "delivered"
        message.delivered_ms = now_ms()
        tasks = self._progress(message, 0 if message.fate == "unconfirmed" else DELIVERED)
        if message.fate in ("receipt", "late-failure"):
            self._loop.call_later(self._world.settings.receipt_ms / 1000, self._think_again, message)
        return tasks

    def _think_again(self, message: Message) -> None:
        if self._is_current(message):
            message.state = "failed" if message.fate == "late-failure" else "delivered"
            self._progress(message, _final_code(message))

    def _progress(self, message: Message, code: int) -> list[asyncio.Task[None]]:
        self._save(message, code)
        return self._courier.announce("progress", message)

    def _save(self, message: Message, code: int) -> None:
        message.status_code = code
        message.updated_ms = now_ms()
        self._world.save(message)


def _final_code(message: Message) -> int:
    """Return the code a fate ends with; a fate without one (a trick of the answer) never gets here."""
    code = BY_NAME[message.fate].code
    return DELIVERED if code is None else code
