"""What a state looks like: one icon, one word, one tone, one share of the meter, the same wherever it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Status:
    """`tone`: ok (green icon), plain, mute (grey), warn (amber), bad (red: a person must act).

    `meter`: its share of a meter, the end of a CSS class m-….
    """

    icon: str
    word: StrOrPromise
    tone: str = "plain"
    meter: str = "none"


STATUSES: dict[str, Status] = {
    # texts
    "scheduled": Status("clock", _("Scheduled"), meter="wait"),
    "queued": Status("clock", _("Queued"), meter="wait"),
    "sending": Status("loader", _("Sending"), meter="wait"),
    "queuing": Status("loader", _("Being queued")),
    "sent": Status("check", _("Sent"), meter="sent"),
    "delivered": Status("checks", _("Delivered"), "ok", "ok"),
    "undelivered": Status("alert-circle", _("Not delivered"), "bad", "bad"),
    "failed": Status("alert-circle", _("Failed"), "bad", "bad"),
    "unconfirmed": Status("help-circle", _("Unconfirmed"), "warn", "warn"),
    "blocked": Status("ban", _("Blocked"), "mute"),
    "canceled": Status("circle-x", _("Canceled"), "mute"),
    "expired": Status("clock-off", _("Expired"), "mute"),
    "received": Status("message-circle", _("Received"), meter="ok"),
    # recipients
    "not_texted": Status("ban", _("Not texted"), "bad"),
    "needs_person": Status("alert-circle", _("Needs a person"), "bad", "bad"),
    # people
    "active": Status("circle-check", _("Active"), "ok"),
    "inactive": Status("user-off", _("Inactive"), "mute"),
    "assigned": Status("briefcase", _("Assigned")),
    "available": Status("clock", _("Available")),
    "do_not_text": Status("message-off", _("Do not text"), "mute"),
    # numbers
    "valid": Status("circle-check", _("Valid"), "ok"),
    "invalid": Status("alert-circle", _("Invalid"), "bad"),
    "missing": Status("ban", _("No phone number"), "bad"),
    "skipped": Status("circle-minus", _("Skipped"), "mute"),
    "opted_out": Status("ban", _("Opted out"), "mute"),
    # lines
    "connected": Status("circle-check", _("Connected"), "ok"),
    "connecting": Status("loader", _("Connecting")),
    "paused": Status("player-pause", _("Paused"), "bad"),
    "held_up": Status("clock", _("Held up"), "warn"),
    "removed": Status("circle-off", _("Removed"), "mute"),
    # conversations
    "open": Status("message-circle", _("Open")),
    "logged": Status("note", _("Logged"), "ok"),
    "unlogged": Status("help-circle", _("Not logged"), "warn"),
    "unmatched": Status("help-circle", _("Unmatched"), "bad"),
    "dismissed": Status("archive", _("Dismissed"), "mute"),
}


# A status as it is counted: "12 sent".
_COUNTED = {
    "queued": ngettext_lazy("queued", "queued", "number"),
    "queuing": ngettext_lazy("being queued", "being queued", "number"),
    "sending": ngettext_lazy("sending", "sending", "number"),
    "sent": ngettext_lazy("sent", "sent", "number"),
    "delivered": ngettext_lazy("delivered", "delivered", "number"),
    "undelivered": ngettext_lazy("not delivered", "not delivered", "number"),
    "failed": ngettext_lazy("failed", "failed", "number"),
    "unconfirmed": ngettext_lazy("unconfirmed", "unconfirmed", "number"),
    "blocked": ngettext_lazy("blocked", "blocked", "number"),
    "canceled": ngettext_lazy("canceled", "canceled", "number"),
    "expired": ngettext_lazy("expired", "expired", "number"),
    "not_texted": ngettext_lazy("not texted", "not texted", "number"),
}


def counted_word(key: str, number: int) -> str:
    """The word of `number` things in this state, to stand behind the number; the key itself for one nobody counts."""
    return str(_COUNTED[key] % {"number": number}) if key in _COUNTED else key


def find_status(key: str) -> Status | None:
    """`key` is a model's own value or a phrase: "do_not_text" and "Do not text" are the same."""
    return STATUSES.get(str(key).strip().lower().replace(" ", "_").replace("-", "_"))
