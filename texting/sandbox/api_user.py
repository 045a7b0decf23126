"""user/login, user/get, user/logout."""

import re

from . import payloads
from .call import Call
from .errors import Refused
from .numbers import find_number, is_canadian, is_textable
from .reply import Reply
from .tricks import find_line_trick
from .world import World

SHORT_SESSION_CALLS = 3


class LoginFailed(Refused):
    def __init__(self) -> None:
        super().__init__(None)


def find_line_of_username(username: str) -> str | None:
    """Return the line in E.164 that a username means, None when it means none.

    A username is the number of the line, or operator@number, where the number may be punctuated. A Canadian line
    has to be written in E.164.
    """
    operator, at, written = username.rpartition("@")
    if at and operator:
        digits = re.sub(r"[^\d+]", "", written)
        written = f"+{digits}" if len(digits) == 11 and digits.startswith("1") else digits
    if written.startswith("ptn:"):
        return None
    number = find_number(written)
    if number is None or not is_textable(number):
        return None
    return None if is_canadian(number) and not written.startswith("+") else number


def login(call: Call) -> Reply:
    number = find_line_of_username(call.get("username"))
    password = call.get("password")
    if number is None or not _is_right(call.world, number, password):
        raise LoginFailed
    line = call.world.save_line(number)
    calls_left = SHORT_SESSION_CALLS if find_line_trick(number) == "short-session" else None
    return Reply(call.world.open_session(line, call.get("username"), calls_left).key)


def _is_right(world: World, number: str, password: str) -> bool:
    if not password or find_line_trick(number) == "wrong-password":
        return False
    line = world.lines.get(number)
    return line is None or line.password is None or line.password == password


def get(call: Call) -> Reply:
    return Reply(payloads.user(call.own_line))


def logout(call: Call) -> Reply:
    call.world.end_session(call.get("session"))
    return Reply(None)
