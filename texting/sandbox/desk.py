"""The parts of a running sandbox, as handlers find them."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from .carrier import Carrier
from .faults import Faults
from .webhooks import Courier
from .world import World


@dataclass(frozen=True)
class Desk:
    world: World
    courier: Courier
    carrier: Carrier
    faults: Faults
    closing: asyncio.Event  # set when the process is to end: whoever hangs lets go


DESK = web.AppKey("desk", Desk)
