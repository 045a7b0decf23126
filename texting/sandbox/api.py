"""The door of the API: reads a call, lets faults happen, finds the session, answers in ZipWhip's envelope."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from . import api_contact, api_content, api_conversation, api_message, api_user, api_webhook, misbehave
from .call import Call, read_call
from .desk import DESK, Desk
from .errors import Refused, SessionInvalid
from .ledger import SHUT, note_not_accepted
from .numbers import find_number
from .reply import Reply
from .sending import dispatch
from .tricks import SENDS, Stage, Trick, find_line_trick, find_trick

HANDLERS: dict[str, Callable[[Call], Reply]] = {
    "user/login": api_user.login,
    "user/get": api_user.get,
    "user/logout": api_user.logout,
    "message/send": api_message.send,
    "message/get": api_message.get,
    "message/list": api_message.list_messages,
    "message/read": api_message.read,
    "message/delete": api_message.delete,
    "messaging/send": api_message.send_multimedia,
    "conversation/list": api_conversation.list_conversations,
    "conversation/get": api_conversation.get,
    "conversation/read": api_conversation.read,
    "conversation/delete": api_conversation.delete,
    "contact/list": api_contact.list_contacts,
    "contact/get": api_contact.get,
    "contact/save": api_contact.save,
    "contact/delete": api_contact.delete,
    "messageAttachment/list": api_content.list_attachments,
    "hostedContent/get": api_content.get,
    "hostedContent/save": api_content.save,
    "webhook/add": api_webhook.add,
    "webhook/list": api_webhook.list_hooks,
    "webhook/update": api_webhook.update,
    "webhook/delete": api_webhook.delete,
}
LOGIN = "user/login"


async def answer(request: web.Request) -> web.StreamResponse:
    desk = request.app[DESK]
    call = await read_call(desk.world, request)
    await asyncio.sleep(desk.world.settings.latency_ms / 1000)
    if desk.world.settings.mood in SHUT:
        note_not_accepted(call, _line_of(desk, call), desk.world.settings.mood)
    mood_answer = await misbehave.in_mood(request, desk)
    if mood_answer is not None:
        return mood_answer
    if call.path not in HANDLERS:
        return envelope({"success": False, "response": {"desc": "No such call"}}, status=404)
    if call.path == LOGIN:
        special = await misbehave.at_login(request, desk, _line_of(desk, call))
        if special is not None:
            return special
    trick = _find_trick(desk, call)
    if trick is not None and trick.name == "expired":
        desk.world.end_session(call.get("session"))
    elif trick is not None and trick.stage is Stage.BEFORE:
        note_not_accepted(call, _line_of(desk, call), trick.name)
        return await misbehave.before(request, desk, trick)
    try:
        if trick is not None and trick.stage is Stage.REFUSE:
            _check_session(call)
            raise Refused(trick.code, trick.says)
        reply = _handle(call)
    except Refused as refused:
        note_not_accepted(call, _line_of(desk, call), _fate(refused))
        return _refusal(desk, call, refused)
    return await _reply(request, desk, call, reply, trick)


def _find_trick(desk: Desk, call: Call) -> Trick | None:
    line = _line_of(desk, call)
    call.fault = desk.faults.find_armed(call.path, line)
    if call.fault is not None or call.path not in SENDS:
        return call.fault
    to = call.get_all("contacts") + call.get_all("to")
    trick = find_trick([number for one in to if (number := find_number(one))], call.get("body"))
    if trick is None or desk.faults.is_due(trick, str(line), ",".join(to), call.get("body")):
        return trick
    return None


def _line_of(desk: Desk, call: Call) -> str | None:
    if call.path == LOGIN:
        return api_user.find_line_of_username(call.get("username"))
    session = desk.world.sessions.get(call.get("session"))
    return session.line if session else None


def _check_session(call: Call) -> None:
    if call.path == LOGIN:
        return
    session = call.world.sessions.get(call.get("session"))
    if session is None or find_line_trick(session.line) == "dead-session":
        raise SessionInvalid
    if session.calls_left is not None:
        session.calls_left -= 1
        if session.calls_left < 0:
            call.world.end_session(session.key)
            raise SessionInvalid
        call.world.save(session)
    call.line = call.world.lines[session.line]


def _handle(call: Call) -> Reply:
    _check_session(call)
    return HANDLERS[call.path](call)


async def _reply(request: web.Request, desk: Desk, call: Call, reply: Reply, trick: Trick | None) -> web.StreamResponse:
    await dispatch(desk.world, desk.courier, desk.carrier, reply.accepted)
    for event, message in call.events:
        desk.courier.announce(event, message)
    if reply.raw is not None:
        # Content of strangers is served from where the pages live: never as anything a browser would run.
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return web.Response(body=reply.raw, content_type=reply.mime_type, headers=headers)
    if trick is not None and trick.stage is Stage.AFTER:
        return await misbehave.after(request, desk, trick, reply.envelope())
    return envelope(reply.envelope())


def _fate(refused: Refused) -> str:
    return "session" if isinstance(refused, SessionInvalid) else f"refused {refused.code}"


def _refusal(desk: Desk, call: Call, refused: Refused) -> web.Response:
    settings = desk.world.settings
    if isinstance(refused, api_user.LoginFailed):
        return envelope({"success": False, "response": None}, status=settings.login_failure_status)
    if isinstance(refused, SessionInvalid):
        if settings.session_failure == "desc":
            return envelope({"success": False, "response": {"desc": refused.desc}})
        return envelope({"success": False, "response": None}, status=401 if settings.session_failure == "401" else 200)
    if refused.code is None:
        return envelope({"success": False, "response": None})
    return envelope({"success": False, "response": {"statusCode": refused.code, "desc": refused.desc}})


def envelope(content: dict[str, Any], status: int = 200) -> web.Response:
    body = json.dumps(content, ensure_ascii=False).encode()
    return web.Response(body=body, status=status, headers={"Content-Type": "application/json;charset=UTF-8"})
