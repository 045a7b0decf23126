"""The page at /: handsets and the agent's side. Works without JavaScript: forms, then 303 back to the same address."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import jinja2
from aiohttp import web
from multidict import MultiDictProxy, MultiMapping

from . import views
from .clock import local, now_ms
from .control import BadWish, Wishes, app_delete, app_send, power, reset
from .desk import DESK, Desk
from .errors import LENGTH_INVALID, OPTED_OUT
from .numbers import find_number, for_people, is_textable
from .receiving import Writing, receive
from .settings import MOODS
from .tricks import LINE_TRICKS, TRICKS

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parents[1] / "static" / "vendor"
ASSETS = {
    "sandbox.css": HERE / "static" / "sandbox.css",
    "sandbox.js": HERE / "static" / "sandbox.js",
    "tabler.min.css": VENDOR / "tabler" / "tabler.min.css",
    "inter-latin-wght-normal.woff2": VENDOR / "inter" / "inter-latin-wght-normal.woff2",
    "inter-latin-ext-wght-normal.woff2": VENDOR / "inter" / "inter-latin-ext-wght-normal.woff2",
}
# What a handset has to send without a file of one's own: the words on the button, the file, how it is called, its type.
SAMPLES = {
    "picture": ("A picture", HERE / "static" / "picture.png", "image/png"),
    "photo": ("A photo, taken sideways, that says where", HERE / "static" / "photo.jpg", "image/jpeg"),
    "moving": ("A moving picture", HERE / "static" / "moving.gif", "image/gif"),
    "document": ("A document (PDF)", HERE / "static" / "form.pdf", "application/pdf"),
    "trap": ("A web page that calls itself a picture", HERE / "static" / "trap.png", "image/png"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
PICTURE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/bmp")
PROBLEMS = {
    "number": "This is no phone number a text could reach: give 10 digits, or +1 and 10 digits.",
    "line": "There is no line yet. Log in from Enterprise first, then this phone has somebody to write to.",
    "file": "Only pictures (PNG, JPEG, GIF, BMP) up to 600 KB can be sent from a handset.",
    "stopped": "This person has sent STOP. ZipWhip refuses texts until they send UNSTOP.",
    "long": "This is longer than the 600 bytes that ZipWhip takes.",
    "refused": "ZipWhip refused this text.",
    "gone": "This text is gone already.",
}
MOOD_WORDS = {"at once": "at once", "slow": "after 8 seconds", "never": "not at all", "unavailable": "503, try later"}
# When a text leaves that is written in ZipWhip's own app: words, minutes.
DELAYS = {"0": "now", "1": "in 1 minute", "10": "in 10 minutes", "1440": "tomorrow"}
KEPT = ("handset", "line", "with")

Address = list[tuple[str, str]]
Form = MultiDictProxy[str | bytes | bytearray | web.FileField]
templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
templates.filters["people"] = for_people


async def show(request: web.Request) -> web.Response:
    desk, query = request.app[DESK], request.query
    other = find_number(query.get("with", "")) or ""
    chosen = views.Chosen(query.getall("handset", []), query.get("line", ""), other)
    shown, agent = views.phones(desk, chosen), views.agent(desk, chosen)
    page = templates.get_template("page.html").render(
        phones=shown,
        choices=views.choices(desk.world, shown),
        agent=agent,
        back=_kept(list(query.items())),
        address=lambda other: _address(query, agent, other),
        kept=[(name, value) for name, value in query.items() if name in KEPT],
        problem=PROBLEMS.get(query.get("problem", ""), ""),
        samples=[(name, words) for name, (words, _, _) in SAMPLES.items()],
        delays=list(DELAYS.items()),
        moods=[(one, MOOD_WORDS[one]) for one in MOODS],
        mood=desk.world.settings.mood,
        texts=len(desk.world.messages),
        handsets=len(desk.world.handsets),
        zone=f"{local(now_ms()):%Z}",
        version=desk.world.version,
        tricks=TRICKS,
        line_tricks=LINE_TRICKS,
    )
    return web.Response(text=page, content_type="text/html", headers=HEADERS)


async def asset(request: web.Request) -> web.StreamResponse:
    path = ASSETS.get(request.match_info["name"])
    if path is None or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})


async def conversation(request: web.Request) -> web.Response:
    """The address of a conversation in ZipWhip's own app, as Enterprise links to it: the agent's side with it open."""
    raise web.HTTPFound("/?" + urlencode({"with": request.match_info["number"]}))


async def content(request: web.Request) -> web.Response:
    """Serve an attachment to the page: a picture as itself, anything else as plain text."""
    world = request.app[DESK].world
    attachment = world.attachments.get(request.match_info["key"])
    if attachment is None:
        raise web.HTTPNotFound
    kind = attachment.mime_type if attachment.mime_type in PICTURE_TYPES else "text/plain"
    return web.Response(body=world.store.get_blob(attachment.key), content_type=kind, headers=HEADERS)


async def act(request: web.Request) -> web.Response:
    """Do what a form of the page asks for, then go back to where it stood, with what went wrong in the address."""
    action = ACTIONS.get(request.match_info["action"])
    if action is None:
        raise web.HTTPNotFound
    form = await request.post()
    address = [(name, value) for name, value in parse_qsl(_field(form, "back")) if name in KEPT]
    problem = await action(request.app[DESK], form, address)
    query = [*address, *([("problem", problem)] if problem else [])]
    raise web.HTTPSeeOther("/" + (f"?{urlencode(query)}" if query else ""))


async def write(desk: Desk, form: Form, address: Address) -> str:
    """A person writes: words, a quick answer, a picture."""
    number, line = _field(form, "number"), _field(form, "line")
    if line not in desk.world.lines:
        return "line"
    handset = desk.world.handsets.get(number)
    if handset is None or not handset.on:
        return "number"
    quick = _field(form, "quick")
    body, files = _field(form, "body").strip(), []
    upload = form.get("file")
    if isinstance(upload, web.FileField) and upload.filename:
        picture = upload.file.read()
        if upload.content_type not in PICTURE_TYPES or len(picture) > desk.world.settings.payload_bytes:
            return "file"
        files.append((upload.filename, upload.content_type, picture))
    elif quick in SAMPLES:
        _, sample, kind = SAMPLES[quick]
        files.append((sample.name, kind, sample.read_bytes()))
    if quick:
        body = "" if quick in SAMPLES else quick
    if body or files:
        receive(desk.world, desk.courier, Writing(line, number, body, files))
    return ""


async def write_as_agent(desk: Desk, form: Form, address: Address) -> str:
    wishes: Wishes = {"line": _field(form, "line"), "to": _field(form, "number"), "body": _field(form, "body").strip()}
    if not wishes["body"]:
        return ""
    if find_number(wishes["to"]) is None:
        return "number"
    delay = _field(form, "delay")
    if delay in DELAYS and int(delay):
        wishes["scheduled_ms"] = now_ms() + int(delay) * 60_000
    try:
        await app_send(desk, wishes)
    except BadWish as wrong:
        codes = {f"({OPTED_OUT})": "stopped", f"({LENGTH_INVALID})": "long"}
        return next((word for code, word in codes.items() if code in str(wrong)), "refused")
    return ""


async def delete_as_agent(desk: Desk, form: Form, address: Address) -> str:
    try:
        await app_delete(desk, {"id": _field(form, "id")})
    except BadWish:
        return "gone"
    return ""


async def add_handset(desk: Desk, form: Form, address: Address) -> str:
    """Add a phone, or bring one back, and show it beside those that are shown."""
    digits = "".join(one for one in _field(form, "number") if one.isdigit())
    number = find_number(f"+{digits}" if len(digits) == 11 else digits)
    if number is None or not is_textable(number):
        return "number"
    handset = desk.world.get_handset(number)
    handset.added_ms = now_ms()
    desk.world.save(handset)
    if any(name == "handset" for name, _ in address):
        address.insert(0, ("handset", number))
    return ""


async def switch(desk: Desk, form: Form, address: Address) -> str:
    if _field(form, "number") not in desk.world.handsets:
        return "number"
    await power(desk, {"number": _field(form, "number"), "on": _field(form, "on") == "yes"})
    return ""


async def set_mood(desk: Desk, form: Form, address: Address) -> str:
    if _field(form, "mood") in MOODS:
        desk.world.settings.mood = _field(form, "mood")
        desk.world.version += 1
    return ""


async def clear(desk: Desk, form: Form, address: Address) -> str:
    await reset(desk, {})
    address.clear()
    return ""


async def mark_read(desk: Desk, form: Form, address: Address) -> str:
    """The rep has looked at a conversation in ZipWhip's own app."""
    number, line = _field(form, "number"), _field(form, "line")
    for message in list(desk.world.messages.values()):
        if (message.line, message.other) == (line, number) and message.is_inbound and message.read_ms is None:
            message.read_ms = now_ms()
            desk.world.save(message)
            desk.courier.announce("read", message)
    return ""


ACTIONS: dict[str, Callable[[Desk, Form, Address], Awaitable[str]]] = {
    "write": write,
    "write-as-agent": write_as_agent,
    "delete-as-agent": delete_as_agent,
    "add": add_handset,
    "switch": switch,
    "mood": set_mood,
    "clear": clear,
    "read": mark_read,
}


def _address(query: MultiMapping[str], agent: views.Agent | None, other: str) -> str:
    """Return the query of the page with another conversation open."""
    handsets = [("handset", one) for one in query.getall("handset", [])]
    return urlencode([*handsets, ("line", agent.line if agent else ""), ("with", other)])


def _field(form: Form, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _kept(query: Address) -> str:
    """Return the part of an address that says what is shown, and nothing else somebody may have put there."""
    return urlencode([(name, value) for name, value in query if name in KEPT])
