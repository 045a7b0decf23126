"""Accepting texts of a line, whether they come through the API or are typed in ZipWhip's own app."""

import asyncio
from dataclasses import dataclass, field

from .carrier import Carrier
from .clock import now_ms
from .errors import BAD_ARGUMENT, INTERNAL, LENGTH_INVALID, NO_CARRIER, OPTED_OUT, Refused
from .ledger import note_accepted
from .model import Attachment, Message
from .numbers import find_number, is_textable
from .tricks import Stage, Trick, find_line_trick, find_trick
from .webhooks import Courier
from .world import World

DISORDER_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Order:
    line: str
    to: list[str]  # as written by the client
    body: str
    source: str  # "api" or "app"
    scheduled_ms: int | None = None
    attachments: list[Attachment] = field(default_factory=list)
    fault: Trick | None = None  # decides for all; None: each number, or a word, decides


def accept(world: World, order: Order) -> list[Message]:
    """Take a text for each recipient, in their order; one that can't be taken refuses all. Raises Refused.

    When it returns, the texts are in the ledger; nothing has left yet: `dispatch` does that.
    """
    numbers = _check(world, order)
    now = now_ms()
    is_later = order.scheduled_ms is not None and order.scheduled_ms > now
    messages = [
        world.add_message(
            now,
            line=order.line,
            other=number,
            body=order.body,
            source=order.source,
            state="scheduled" if is_later else "queued",
            status_code=1,
            fate=_fate(world, order, number),
            scheduled_ms=order.scheduled_ms,
            read_ms=now,
        )
        for number in numbers
    ]
    for message in messages:
        if order.attachments:
            world.attach(message, order.attachments)
    note_accepted(world, messages)
    return messages


async def dispatch(world: World, courier: Courier, carrier: Carrier, messages: list[Message]) -> None:
    """Let accepted texts leave. Waits only for a disordered one, whose events come before the answer."""
    loop = asyncio.get_running_loop()
    for message in messages:
        if message.state == "scheduled":
            if world.settings.scheduled_told == "both":
                courier.announce("send", message)
            carrier.take(message)
        elif message.fate == "disorder":
            await _settle(carrier.deliver(message))
            await _settle(courier.announce("send", message))
        else:
            loop.call_later(world.settings.echo_ms / 1000, courier.announce, "send", message)
            carrier.take(message)


def forget(world: World, message: Message) -> None:
    """Delete a text; one that is scheduled is canceled with it."""
    message.deleted_ms = message.updated_ms = now_ms()
    if message.state == "scheduled":
        message.state = "canceled"
    world.save(message)


async def _settle(deliveries: list[asyncio.Task[None]]) -> None:
    if deliveries:
        await asyncio.wait(deliveries, timeout=DISORDER_PATIENCE_SECONDS)


def _check(world: World, order: Order) -> list[str]:
    settings = world.settings
    if find_line_trick(order.line) == "suspended":
        raise Refused(INTERNAL, "Internal error")
    if not order.to or (not order.body and not order.attachments):
        raise Refused(BAD_ARGUMENT, "Bad argument: recipient and body are needed")
    if len(order.to) > settings.recipients:
        raise Refused(BAD_ARGUMENT, f"Bad argument: more than {settings.recipients} recipients")
    if len(order.body.encode()) > settings.body_bytes:
        raise Refused(LENGTH_INVALID, "Parameter length invalid: body")
    numbers = [_number(written) for written in order.to]
    for number in numbers:
        if not is_textable(number):
            raise Refused(NO_CARRIER, "Carrier could not be determined")
        if (order.line, number) in world.optouts and settings.optout_refusal == "send":
            raise Refused(OPTED_OUT, "Recipient has texted STOP")
    return numbers


def _number(written: str) -> str:
    number = find_number(written)
    if number is None:
        raise Refused(BAD_ARGUMENT, "Bad argument: recipient is not a phone number")
    return number


def _fate(world: World, order: Order, number: str) -> str:
    if (order.line, number) in world.optouts and world.settings.optout_refusal != "never":
        return "stop-later"
    trick = order.fault or find_trick([number], order.body)
    return trick.name if trick and trick.stage in (Stage.AFTER, Stage.FATE) else ""
