"""What a state looks like: one icon, one word, one tone, one share of the meter, the same wherever it is shown."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Status:
    """`tone`: ok (green icon), plain, mute (grey), warn (amber), bad (red: a person must act).

    `meter`: its share of a meter, the end of a CSS class m-….
    """

    icon: str
    word: str
    tone: str = "plain"
    meter: str = "none"


STATUSES: dict[str, Status] = {
    # texts
    "queued": Status("clock", "Queued", meter="wait"),
    "sending": Status("loader", "Sending", meter="wait"),
    "sent": Status("check", "Sent", meter="sent"),
    "delivered": Status("checks", "Delivered", "ok", "ok"),
    "undelivered": Status("alert-circle", "Not delivered", "bad", "bad"),
    "failed": Status("alert-circle", "Failed", "bad", "bad"),
    "unconfirmed": Status("help-circle", "Unconfirmed", "warn", "warn"),
    "blocked": Status("ban", "Blocked", "mute"),
    "canceled": Status("circle-x", "Canceled", "mute"),
    "expired": Status("clock-off", "Expired", "mute"),
    "received": Status("message-circle", "Received", meter="ok"),
    # recipients
    "texted": Status("check", "Texted", meter="sent"),
    "not_texted": Status("ban", "Not texted", "bad"),
    "needs_person": Status("alert-circle", "Needs a person", "bad", "bad"),
    # people
    "active": Status("circle-check", "Active", "ok"),
    "inactive": Status("user-off", "Inactive", "mute"),
    "assigned": Status("briefcase", "Assigned"),
    "available": Status("clock", "Available"),
    "do_not_text": Status("message-off", "Do not text", "mute"),
    # numbers
    "valid": Status("circle-check", "Valid", "ok"),
    "invalid": Status("alert-circle", "Invalid", "bad"),
    "missing": Status("ban", "No phone number", "bad"),
    "skipped": Status("circle-minus", "Skipped", "mute"),
    "opted_out": Status("ban", "Opted out", "mute"),
    # lines
    "connected": Status("circle-check", "Connected", "ok"),
    "connecting": Status("loader", "Connecting"),
    "paused": Status("player-pause", "Paused", "bad"),
    "removed": Status("circle-off", "Removed", "mute"),
    # conversations
    "open": Status("message-circle", "Open"),
    "logged": Status("note", "Logged", "ok"),
    "unlogged": Status("help-circle", "Not logged", "warn"),
    "unmatched": Status("help-circle", "Unmatched", "bad"),
    "dismissed": Status("archive", "Dismissed", "mute"),
}


def find_status(key: str) -> Status | None:
    """`key` is a model's own value or a phrase: "do_not_text" and "Do not text" are the same."""
    return STATUSES.get(str(key).strip().lower().replace(" ", "_").replace("-", "_"))
