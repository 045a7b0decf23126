"""ZipWhip's numbers and words, and what they mean to us.

Sources: ZipWhip's status codes of 2015 and the Commercial API of 2020. Where those contradict each other or say
nothing, the comment says what was decided.
"""

from __future__ import annotations

from texting.providers.base import DeliveryNews
from texting.vocabulary import Direction, EventKind, Reason, TextStatus

# What is told of a text on its way. A rank beats the lower ones; of equal rank the first wins.
_TRANSIENT, _PRESUMED, _CONFIRMED, _RECEIPT = range(1, 5)

PROGRESS: dict[int, tuple[TextStatus, int, Reason | None]] = {
    0: (TextStatus.DELIVERED, _PRESUMED, None),
    1: (TextStatus.SENT, _TRANSIENT, None),
    2: (TextStatus.SENT, _TRANSIENT, None),
    3: (TextStatus.SENT, _TRANSIENT, None),
    4: (TextStatus.DELIVERED, _CONFIRMED, None),
    5: (TextStatus.UNDELIVERED, _CONFIRMED, Reason.UNREACHABLE),
    6: (TextStatus.DELIVERED, _RECEIPT, None),
    7: (TextStatus.UNDELIVERED, _RECEIPT, Reason.UNREACHABLE),
    # The list of 2015 calls these two "not final"; there is nothing to wait for, so they are taken as final.
    -1234: (TextStatus.UNDELIVERED, _CONFIRMED, Reason.OPTED_OUT),
    -801: (TextStatus.UNDELIVERED, _CONFIRMED, Reason.SPAM),
    -394: (TextStatus.UNDELIVERED, _CONFIRMED, Reason.TOO_LONG),
    -124: (TextStatus.UNDELIVERED, _CONFIRMED, Reason.NOT_TEXTABLE),
}
# Every other negative code is a failure, of which we know no more.
_OTHER_FAILURE = (TextStatus.UNDELIVERED, _CONFIRMED, Reason.UNREACHABLE)
# A positive code that nobody ever listed claims nothing: "undelivered" on a guess would make somebody text twice.
_UNHEARD_OF = (TextStatus.SENT, _TRANSIENT, None)

# The older way to say it, used only where there is no status code.
TRANSMISSION_STATES = {"PREPPING": 1, "ACCEPTED": 1, "QUEUED": 2, "DELIVERED": 0, "ERROR": 5}

# A text refused when it was sent. A negative code that is not here is a refusal too.
REFUSALS: dict[int, Reason] = {
    -1234: Reason.OPTED_OUT,
    -801: Reason.SPAM,
    -704: Reason.REFUSED,
    -703: Reason.REFUSED,
    -700: Reason.REFUSED,
    -394: Reason.TOO_LONG,
    -124: Reason.NOT_TEXTABLE,
    5: Reason.UNREACHABLE,
    7: Reason.UNREACHABLE,
}
RETRY = -855  # an internal error of theirs, to be tried again
UNKNOWN = -1  # listed as "unknown", so it may have left
INTERNAL = frozenset({RETRY, UNKNOWN, -700, -704})  # says nothing about a password or a session

DIRECTIONS = {
    "MO": Direction.IN,  # mobile-originated
    "ZO": Direction.OUT,  # ZipWhip-originated
    "MT": Direction.OUT,  # mobile-terminated
}

# type and event of webhook/add
HOOKS: dict[EventKind, tuple[str, str]] = {
    EventKind.RECEIVE: ("message", "receive"),
    EventKind.SEND: ("message", "send"),
    EventKind.PROGRESS: ("message", "progress"),
    EventKind.READ: ("message", "read"),
    EventKind.DELETE: ("message", "delete"),
    EventKind.OPT_OUT: ("optout", "change"),
}
EVENTS = {words: kind for kind, words in HOOKS.items()}


def news_of(code: int) -> DeliveryNews:
    """Return what a status code says of a text on its way."""
    status, rank, reason = PROGRESS.get(code) or (_OTHER_FAILURE if code < 0 else _UNHEARD_OF)
    return DeliveryNews(status, rank, reason, str(code))
