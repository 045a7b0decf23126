"""/_sandbox: what tests and demonstrations need and ZipWhip never had. JSON in, JSON out, 400 with {"error": ...}."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiohttp import web

from . import settings as settings_module
from .desk import DESK, Desk
from .errors import Refused
from .faults import Fault
from .model import Message
from .numbers import find_number
from .receiving import Writing, receive
from .sending import Order, accept, dispatch, forget
from .tricks import BY_NAME, SENDS, Stage
from .world import text_entry

Wishes = dict[str, Any]
Answer = Callable[[Desk, Wishes], Awaitable[Any]]


class BadWish(Exception):
    """Answered with 400 and these words."""


async def lines(desk: Desk, wishes: Wishes) -> Any:
    line = desk.world.save_line(_number(wishes, "line"), _text(wishes, "password", "") or None)
    return {"line": line.number, "deviceId": line.device_id, "password_checked": line.password is not None}


async def receive_text(desk: Desk, wishes: Wishes) -> Any:
    """A person writes: {line, from, body, attachments?: [{name, mime_type, base64}]}."""
    line, sender = _line(desk, wishes), _number(wishes, "from")
    body, files = _text(wishes, "body", ""), _files(wishes)
    if not body and not files:
        raise BadWish("body or attachments must be given")
    message = receive(desk.world, desk.courier, Writing(line, sender, body, files))
    return _shown(message)


async def app_send(desk: Desk, wishes: Wishes) -> Any:
    """A rep writes in ZipWhip's own app: {line, to, body, scheduled_ms?}."""
    scheduled = wishes.get("scheduled_ms")
    if scheduled is not None and (not isinstance(scheduled, int) or isinstance(scheduled, bool)):
        raise BadWish("scheduled_ms is epoch milliseconds")
    order = Order(_line(desk, wishes), [_number(wishes, "to")], _text(wishes, "body"), "app", scheduled)
    try:
        messages = accept(desk.world, order)
    except Refused as refused:
        raise BadWish(f"refused: {refused.desc} ({refused.code})") from refused
    await dispatch(desk.world, desk.courier, desk.carrier, messages)
    return _shown(messages[0])


async def app_delete(desk: Desk, wishes: Wishes) -> Any:
    """A rep deletes a text in ZipWhip's own app: {id}. One that is scheduled never leaves."""
    written = _text(wishes, "id")
    message = desk.world.messages.get(int(written)) if written.isdecimal() else None
    if message is None:
        raise BadWish("id is not known")
    if message.deleted_ms is None:
        forget(desk.world, message)
        desk.courier.announce("delete", message)
    return _shown(message)


async def power(desk: Desk, wishes: Wishes) -> Any:
    """Switch a phone: {number, on}."""
    handset = desk.world.get_handset(_number(wishes, "number"))
    if not isinstance(wishes.get("on"), bool):
        raise BadWish("on is true or false")
    handset.on = wishes["on"]
    desk.world.save(handset)
    if handset.on:
        desk.carrier.switch_on(handset.number)
    return {"number": handset.number, "on": handset.on}


async def faults(desk: Desk, wishes: Wishes) -> Any:
    """Arm a fault: {fault, path?: "message/send", count?: 1 or null, line?: null}, or {clear: true}."""
    if wishes.get("clear"):
        desk.faults.clear()
        return {"armed": []}
    name = _text(wishes, "fault")
    if name not in BY_NAME:
        raise BadWish(f"fault is one of: {', '.join(BY_NAME)}")
    count = wishes.get("count", 1)
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
        raise BadWish("count is 1 or more, or null for always")
    path = _text(wishes, "path", "message/send").strip("/")
    if BY_NAME[name].stage is Stage.FATE and path not in SENDS:
        raise BadWish(f"{name} is about what happens to a text: path is one of {', '.join(SENDS)}")
    line = _number(wishes, "line") if wishes.get("line") else None
    desk.faults.arm(Fault(path, BY_NAME[name], count, line))
    return {"armed": _armed(desk)}


async def change_settings(desk: Desk, wishes: Wishes) -> Any:
    try:
        settings_module.change(desk.world.settings, wishes)
    except ValueError as error:
        raise BadWish(str(error)) from error
    desk.world.version += 1
    return settings_module.as_json(desk.world.settings)


async def expire_session(desk: Desk, wishes: Wishes) -> Any:
    """End sessions without the client's doing: {session}, or {line} for all of a line, or {} for all."""
    if wishes.get("session"):
        keys = [key for key in [_text(wishes, "session")] if key in desk.world.sessions]
    else:
        keys = desk.world.sessions_of(_line(desk, wishes) if wishes.get("line") else None)
    for key in keys:
        desk.world.end_session(key)
    return {"expired": len(keys)}


async def reset(desk: Desk, wishes: Wishes) -> Any:
    """Forget all texts, contacts, handsets, opt-outs and faults; {all: true}: lines, sessions and webhooks too."""
    desk.courier.forget()
    desk.carrier.forget()
    desk.faults.clear()
    desk.world.reset(everything=wishes.get("all") is True)
    return {"reset": True}


async def show_ledger(desk: Desk, wishes: Wishes) -> Any:
    """Every accepted text, oldest first; filters line, to, body (exact), source, since (ISO 8601 or epoch ms)."""
    entries = desk.world.accepted_texts()
    for name in ("line", "to"):
        if name in wishes:
            number = _number(wishes, name)
            entries = [one for one in entries if one[name] == number]
    for name in ("body", "source", "id"):
        if name in wishes:
            entries = [one for one in entries if one[name] == wishes[name]]
    if "since" in wishes:
        since = _moment(wishes["since"])
        entries = [one for one in entries if one["at_ms"] >= since]
    return entries


async def show_state(desk: Desk, wishes: Wishes) -> Any:
    world = desk.world
    return {
        "lines": [
            {"line": one.number, "deviceId": one.device_id, "password_checked": one.password is not None}
            for one in world.lines.values()
        ],
        "sessions": len(world.sessions),
        "webhooks": [asdict(one) for one in world.hooks.values()],
        "messages": len(world.messages),
        "received": sum(1 for one in world.messages.values() if one.is_inbound),
        "waiting": sum(1 for one in world.messages.values() if one.state == "waiting"),
        "optouts": [asdict(one) for one in world.optouts.values()],
        "handsets": [asdict(one) for one in world.handsets.values()],
        "faults": _armed(desk),
        "deliveries": {line: asdict(tally) for line, tally in desk.courier.tallies.items()},
        "deliveries_under_way": desk.courier.under_way,
        "settings": settings_module.as_json(world.settings),
    }


async def show_version(desk: Desk, wishes: Wishes) -> Any:
    return {"version": desk.world.version}


READS: dict[str, Answer] = {"ledger": show_ledger, "state": show_state, "version": show_version}
CHANGES: dict[str, Answer] = {
    "lines": lines,
    "receive": receive_text,
    "app-send": app_send,
    "app-delete": app_delete,
    "power": power,
    "faults": faults,
    "settings": change_settings,
    "expire-session": expire_session,
    "reset": reset,
}


async def read(request: web.Request) -> web.Response:
    return await _run(READS, request, dict(request.query))


async def change(request: web.Request) -> web.Response:
    try:
        wishes = await request.json() if await request.read() else {}
    except ValueError:
        return web.json_response({"error": "the body is not JSON"}, status=400)
    if not isinstance(wishes, dict):
        return web.json_response({"error": "the body is not a JSON object"}, status=400)
    return await _run(CHANGES, request, wishes)


async def _run(answers: dict[str, Answer], request: web.Request, wishes: Wishes) -> web.Response:
    name = request.match_info["name"]
    if name not in answers:
        return web.json_response({"error": f"no such thing; there are: {', '.join(answers)}"}, status=404)
    try:
        return web.json_response(await answers[name](request.app[DESK], wishes), dumps=_dumps)
    except BadWish as wrong:
        return web.json_response({"error": str(wrong)}, status=400)


def _dumps(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False)


def _text(wishes: Wishes, name: str, default: str | None = None) -> str:
    value = wishes.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise BadWish(f"{name} must be given, as text")
    return value


def _number(wishes: Wishes, name: str) -> str:
    number = find_number(_text(wishes, name).strip())
    if number is None:
        raise BadWish(f"{name} must be 10 digits or E.164")
    return number


def _line(desk: Desk, wishes: Wishes) -> str:
    number = _number(wishes, "line")
    if number not in desk.world.lines:
        raise BadWish("line is not known: log in with it, or POST /_sandbox/lines")
    return number


def _files(wishes: Wishes) -> list[tuple[str, str, bytes]]:
    try:
        return [
            (str(one["name"]), str(one["mime_type"]), base64.b64decode(one["base64"], validate=True))
            for one in wishes.get("attachments") or []
        ]
    except (KeyError, TypeError, binascii.Error) as error:
        raise BadWish("attachments is a list of {name, mime_type, base64}") from error


def _moment(written: str) -> int:
    if written.isdecimal():
        return int(written)
    try:
        return int(datetime.fromisoformat(written.replace(" ", "+")).timestamp() * 1000)
    except ValueError as error:
        raise BadWish("since is ISO 8601 or epoch milliseconds") from error


def _armed(desk: Desk) -> list[dict[str, Any]]:
    armed = desk.faults.armed
    return [{"path": one.path, "fault": one.trick.name, "count": one.count, "line": one.line} for one in armed]


def _shown(message: Message) -> dict[str, Any]:
    entry = text_entry(message)
    if message.is_inbound:
        entry["from"] = entry.pop("to")
    return entry
