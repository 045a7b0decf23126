"""All the ways in which an answer can go wrong."""

import asyncio
import json
import socket
import struct
from typing import Any

from aiohttp import web

from .desk import Desk
from .tricks import Trick, find_line_trick

RETRY_AFTER_SECONDS = "2"
HANG_SECONDS = 600.0
JSON = {"Content-Type": "application/json;charset=UTF-8"}
PAGE = "<!doctype html><html><head><title>Error</title></head><body><h1>Service error</h1></body></html>"


async def in_mood(request: web.Request, desk: Desk) -> web.Response | None:
    """Let the mood chosen on the page act; None when the call goes on."""
    match desk.world.settings.mood:
        case "slow":
            await _wait(desk, desk.world.settings.slow_ms / 1000)
        case "never":
            return await _hang(request, desk)
        case "unavailable":
            return _page(503, {"Retry-After": RETRY_AFTER_SECONDS})
    return None


async def at_login(request: web.Request, desk: Desk, line: str | None) -> web.Response | None:
    match find_line_trick(line or ""):
        case "login-hang":
            return await _hang(request, desk)
        case "login-slow":
            await _wait(desk, desk.world.settings.slow_ms / 1000)
        case "login-500":
            return _page(500)
        case "login-401":
            return _page(401)
        case "login-html":
            return _page(200)
    return None


async def before(request: web.Request, desk: Desk, trick: Trick) -> web.Response:
    """Answer badly; nothing was accepted."""
    match trick.name:
        case "429":
            return _page(429, {"Retry-After": RETRY_AFTER_SECONDS})
        case "503-retry-after":
            return _page(503, {"Retry-After": RETRY_AFTER_SECONDS})
        case "503":
            return _page(503)
        case "500-before":
            return _page(500)
        case "hang-before":
            return await _hang(request, desk)
        case "reset-before":
            return _reset(request)
    raise ValueError(trick.name)


async def after(request: web.Request, desk: Desk, trick: Trick, envelope: dict[str, Any]) -> web.Response:
    """Lose or damage the answer to a call that was accepted."""
    match trick.name:
        case "slow":
            await _wait(desk, desk.world.settings.slow_ms / 1000)
            return _json(envelope)
        case "hang":
            return await _hang(request, desk)
        case "reset":
            return _reset(request)
        case "500":
            return _page(500)
        case "503-after":
            return _page(503)
        case "broken-json":
            whole = json.dumps(envelope)
            return web.Response(text=whole[: len(whole) // 2], headers=JSON)
        case "no-id":
            return _json({"success": True, "response": {}})
        case "html":
            return _page(200)
    raise ValueError(trick.name)


async def _hang(request: web.Request, desk: Desk) -> web.Response:
    await _wait(desk, HANG_SECONDS)
    return _reset(request)


async def _wait(desk: Desk, seconds: float) -> None:
    """Wait, but not longer than the process is to live."""
    try:
        await asyncio.wait_for(desk.closing.wait(), seconds)
    except TimeoutError:
        return


def _reset(request: web.Request) -> web.Response:
    """Cut the connection with a TCP reset rather than an orderly end."""
    transport = request.transport
    if transport is not None:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


def _page(status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=PAGE, content_type="text/html", headers=headers)


def _json(content: dict[str, Any]) -> web.Response:
    return web.Response(body=json.dumps(content, ensure_ascii=False).encode(), headers=JSON)
