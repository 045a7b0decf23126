"""The words of texting: every status, kind and reason, each with its one meaning."""

from __future__ import annotations

from django.db import models


class MethodType(models.TextChoices):
    """Types of contact method that hold a phone number, in the order in which a number is chosen."""

    SMS = "sms", "SMS"
    CELL_PHONE = "cell_phone", "Cell Phone"
    PHONE = "phone", "Phone"
    OFFICE_PHONE = "office_phone", "Office Phone"
    HOME_PHONE = "home_phone", "Home Phone"


class NumberProblem(models.TextChoices):
    """Why a value is no number that can be texted."""

    MISSING = "missing", "No phone number"
    MALFORMED = "malformed", "Not a valid number"
    EXTENSION = "extension", "A number with an extension cannot receive texts"
    TOLL_FREE = "toll_free", "A toll-free number cannot receive texts"
    FOREIGN = "foreign", "A number outside the US and Canada cannot be texted"


class Direction(models.TextChoices):
    OUT = "out", "Sent by us"
    IN = "in", "Received"


class Origin(models.TextChoices):
    """Where a text was written."""

    ENTERPRISE = "enterprise", "Enterprise"
    PROVIDER_APP = "provider_app", "ZipWhip app"
    PERSON = "person", "The person"


class TextStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Undelivered"
    FAILED = "failed", "Failed"
    UNCONFIRMED = "unconfirmed", "Unconfirmed"
    BLOCKED = "blocked", "Blocked"
    CANCELED = "canceled", "Canceled"
    EXPIRED = "expired", "Expired"
    RECEIVED = "received", "Received"


class Reason(models.TextChoices):
    """Why a person was not texted, or a text did not arrive. `label` is for people who know nothing of codes."""

    NOT_VISIBLE = "not_visible", "This record is gone or not yours to text"
    INACTIVE = "inactive", "This record is inactive"
    DO_NOT_TEXT = "do_not_text", "Marked “do not text”"
    NO_NUMBER = "no_number", "No phone number"
    INVALID_NUMBER = "invalid_number", "Not a valid number"
    OPTED_OUT = "opted_out", "Opted out"
    CHANGED = "changed", "Changed since you looked"
    SENDER_INACTIVE = "sender_inactive", "The sender may no longer text"
    LINE_REMOVED = "line_removed", "The line was removed"
    NOT_TEXTABLE = "not_textable", "The carrier says this number cannot receive texts"
    REFUSED = "refused", "ZipWhip refused this text"
    SPAM = "spam", "ZipWhip took this text for spam"
    TOO_LONG = "too_long", "The text is longer than ZipWhip accepts"
    UNREACHABLE = "unreachable", "The carrier could not deliver it"
    NO_ANSWER = "no_answer", "ZipWhip did not answer, so we don’t know whether this text arrived"
    STOPPED_WHILE_SENDING = "stopped_while_sending", "Enterprise stopped while sending this text"
    TRY_AGAIN = "try_again", "ZipWhip could not take it yet"
    EXPIRED = "expired", "It could not leave in time"
    CANCELED = "canceled", "Canceled before it left"


class LineState(models.TextChoices):
    CONNECTING = "connecting", "Connecting"
    CONNECTED = "connected", "Connected"
    PAUSED = "paused", "Paused"
    REMOVED = "removed", "Removed"


class PauseReason(models.TextChoices):
    BY_HAND = "by_hand", "Paused by hand"
    WRONG_PASSWORD = "wrong_password", "ZipWhip refused the password"
    SESSION_LOST = "session_lost", "ZipWhip ended the session twice in a row"
    SUSPENDED = "suspended", "ZipWhip has suspended this account"
    OTHER_LINE = "other_line", "These credentials belong to another number"
    UNCLEAR = "unclear", "ZipWhip left too many texts without an answer"


class EventKind(models.TextChoices):
    """What a provider tells us by webhook."""

    RECEIVE = "receive", "Text received"
    SEND = "send", "Text sent"
    PROGRESS = "progress", "Delivery progress"
    READ = "read", "Text read"
    DELETE = "delete", "Text deleted"
    OPT_OUT = "optout", "Opt-out changed"


class Priority(models.IntegerChoices):
    BULK = 0, "Bulk"
    REPLY = 1, "Reply"
