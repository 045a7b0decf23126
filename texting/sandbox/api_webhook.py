"""webhook/add, list, update, delete."""

from . import payloads
from .call import Call
from .clock import now_ms
from .errors import BAD_ARGUMENT, INTERNAL_FINAL, Refused
from .model import Hook
from .reply import Reply
from .tricks import find_line_trick

EVENTS = {"message": ("receive", "send", "progress", "read", "delete"), "optout": ("change",)}
METHODS = ("POST", "PUT", "GET")


def add(call: Call) -> Reply:
    """Add a hook; the same event twice is two hooks and two deliveries."""
    hook_type, event = call.get("type"), call.get("event")
    if find_line_trick(call.own_line.number) == "no-webhooks":
        raise Refused(INTERNAL_FINAL, "Internal error")
    if event not in EVENTS.get(hook_type, ()):
        raise Refused(BAD_ARGUMENT, "Bad argument: type or event")
    url, method = _url(call), _method(call, "POST")
    hook = Hook(call.world.counter.mint(now_ms()), call.own_line.number, hook_type, event, url, method)
    call.world.save(hook)
    return Reply([payloads.hook(hook)])


def list_hooks(call: Call) -> Reply:
    mine = [one for one in call.world.hooks.values() if one.line == call.own_line.number]
    return Reply([payloads.hook(one) for one in mine])


def update(call: Call) -> Reply:
    hook = _find(call)
    if call.get("url"):
        hook.url = _url(call)
    hook.method = _method(call, hook.method)
    call.world.save(hook)
    return Reply([payloads.hook(hook)])


def delete(call: Call) -> Reply:
    call.world.delete_hook(_find(call))
    return Reply([])


def _find(call: Call) -> Hook:
    hook = call.world.hooks.get(call.number("webhookId", 0))
    if hook is None or hook.line != call.own_line.number:
        raise Refused(BAD_ARGUMENT, "Bad argument: webhookId")
    return hook


def _url(call: Call) -> str:
    url = call.get("url")
    if not url.startswith(("http://", "https://")):
        raise Refused(BAD_ARGUMENT, "Bad argument: url")
    return url


def _method(call: Call, default: str) -> str:
    method = (call.get("method") or default).upper()
    if method not in METHODS:
        raise Refused(BAD_ARGUMENT, "Bad argument: method")
    return method
