"""What becomes of a text at each of the provider's bad days, when nothing else goes wrong: by the word in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.chaos.firm import Firm


class End(NamedTuple):
    """One of `statuses`, for `reason`; POSTed more than once only where the one before proved that nothing left."""

    statuses: tuple[str, ...]
    reason: str = ""
    post_count: int = 1


# News of a text's way may be late, or never come.
TAKEN = ("sent", "delivered")
_TWICE_NOT_TAKEN = End(TAKEN, post_count=3)
_NEVER_KNOWN = End(("unconfirmed",), "no_answer")
_FOUND = End(TAKEN)
_UNREACHABLE = End(("undelivered",), "unreachable")
ENDS = {
    "#429": _TWICE_NOT_TAKEN,
    "#503-retry-after": _TWICE_NOT_TAKEN,
    "#internal": _TWICE_NOT_TAKEN,
    "#expired": End(TAKEN, post_count=2),
    "#503": _NEVER_KNOWN,
    "#500-before": _NEVER_KNOWN,
    "#hang-before": _NEVER_KNOWN,
    "#reset-before": _NEVER_KNOWN,
    "#hang": _FOUND,
    "#reset": _FOUND,
    "#500": _FOUND,
    "#503-after": _FOUND,
    "#broken-json": _FOUND,
    "#no-id": _FOUND,
    "#html": _FOUND,
    "#refused-bare": End(("failed",), "refused"),
    "#internal-final": End(("failed",), "refused"),
    "#no-carrier": End(("failed",), "not_textable"),
    "#failed": _UNREACHABLE,
    "#failed-receipt": _UNREACHABLE,
    "#late-failure": _UNREACHABLE,
    "#spam": End(("undelivered",), "spam"),
    "#twice": End(("delivered",)),
    "#disorder": End(("delivered",)),
    "#silent": End(TAKEN),
    "#receipt": End(("delivered",)),
}


def of_texts(firm: Firm, body: str) -> list[End]:
    """What became of the texts with these words, one for each."""
    posted = [entry["to"][-10:] for entry in firm.ledger() if entry["kind"] == "text" and entry["body"] == body]
    rows = firm.query("SELECT number, status, reason FROM texting_text WHERE body = %s AND direction = 'out'", [body])
    return [End((status,), reason, posted.count(number[-10:])) for number, status, reason in rows]


def wrong(firm: Firm, word: str, body: str) -> list[End]:
    """Those that are not, or not yet, what the word says."""
    return [end for end in of_texts(firm, body) if not _is_as(ENDS[word], end)]


def _is_as(wanted: End, end: End) -> bool:
    return set(end.statuses) <= set(wanted.statuses) and end[1:] == wanted[1:]


def are_unheard(found: list[End]) -> bool:
    """Whether all that is wrong may be a slow machine's doing: the answer came when nobody waited for it any more."""
    return bool(found) and all(end.statuses == ("unconfirmed",) for end in found)
