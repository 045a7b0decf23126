"""The words of texting: every status, kind and reason, each with its one meaning."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class MethodType(models.TextChoices):
    """Types of contact method that hold a phone number, in the order in which a number is chosen."""

    SMS = "sms", _("SMS")
    CELL_PHONE = "cell_phone", _("Cell Phone")
    PHONE = "phone", _("Phone")
    OFFICE_PHONE = "office_phone", _("Office Phone")
    HOME_PHONE = "home_phone", _("Home Phone")


class NumberProblem(models.TextChoices):
    """Why a value is no number that can be texted."""

    MISSING = "missing", _("No phone number")
    MALFORMED = "malformed", _("Not a valid number")
    EXTENSION = "extension", _("A number with an extension cannot receive texts")
    TOLL_FREE = "toll_free", _("A toll-free number cannot receive texts")
    FOREIGN = "foreign", _("A number outside the US and Canada cannot be texted")


class Direction(models.TextChoices):
    OUT = "out", _("Sent by us")
    IN = "in", _("Received")


class Origin(models.TextChoices):
    """Where a text was written."""

    ENTERPRISE = "enterprise", _("Enterprise")
    PROVIDER_APP = "provider_app", _("ZipWhip app")
    PERSON = "person", _("The person")


class TextStatus(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    UNDELIVERED = "undelivered", _("Undelivered")
    FAILED = "failed", _("Failed")
    UNCONFIRMED = "unconfirmed", _("Unconfirmed")
    BLOCKED = "blocked", _("Blocked")
    CANCELED = "canceled", _("Canceled")
    EXPIRED = "expired", _("Expired")
    RECEIVED = "received", _("Received")


class Reason(models.TextChoices):
    """Why a person was not texted, or a text did not arrive. `label` is for people who know nothing of codes."""

    NOT_VISIBLE = "not_visible", _("This record is gone or not yours to text")
    INACTIVE = "inactive", _("This record is inactive")
    DO_NOT_TEXT = "do_not_text", _("Marked “do not text”")
    NO_NUMBER = "no_number", _("No phone number")
    INVALID_NUMBER = "invalid_number", _("Not a valid number")
    OPTED_OUT = "opted_out", _("Opted out")
    CHANGED = "changed", _("Their number changed after you opened Send Text")
    TEXTED_SINCE = "texted_since", _("Somebody has sent this to them in the meantime")
    SENDER_INACTIVE = "sender_inactive", _("The sender may no longer text")
    LINE_REMOVED = "line_removed", _("The line was removed")
    NOT_TEXTABLE = "not_textable", _("The carrier says this number cannot receive texts")
    REFUSED = "refused", _("ZipWhip refused this text")
    SPAM = "spam", _("ZipWhip took this text for spam")
    TOO_LONG = "too_long", _("The text is longer than ZipWhip accepts")
    UNREACHABLE = "unreachable", _("The carrier could not deliver it")
    NO_ANSWER = "no_answer", _("ZipWhip did not answer, so we don’t know whether this text arrived")
    STOPPED_WHILE_SENDING = "stopped_while_sending", _("Enterprise stopped while sending this text")
    TRY_AGAIN = "try_again", _("ZipWhip could not take it yet")
    EXPIRED = "expired", _("It could not leave in time")
    CANCELED = "canceled", _("Canceled before it left")
    DELETED_IN_APP = "deleted_in_app", _("Deleted in ZipWhip before it left")
    GONE = "gone", _("ZipWhip no longer has it, so we don’t know whether this text left")


class Decision(models.TextChoices):
    """What a person decided about a text that a machine may not decide about."""

    ARRIVED = "arrived", _("It arrived")
    SENT_AGAIN = "sent_again", _("Sent again")
    DROPPED = "dropped", _("Let be")


class LineState(models.TextChoices):
    CONNECTING = "connecting", _("Connecting")
    CONNECTED = "connected", _("Connected")
    PAUSED = "paused", _("Paused")
    REMOVED = "removed", _("Removed")


class PauseReason(models.TextChoices):
    BY_HAND = "by_hand", _("Paused by hand")
    WRONG_PASSWORD = "wrong_password", _("ZipWhip refused the password")
    SESSION_LOST = "session_lost", _("ZipWhip ended the session twice in a row")
    SUSPENDED = "suspended", _("ZipWhip has suspended this account")
    OTHER_LINE = "other_line", _("These credentials belong to another number")
    KEYS_LOST = "keys_lost", _("Its stored password cannot be read any more")
    UNCLEAR = "unclear", _("ZipWhip left too many texts without an answer")
    LEFT_UNCLEAR = "left_unclear", _("Enterprise stopped in the middle of sending too many times")
    REFUSED = "refused", _("ZipWhip refuses the texts of this line")
    SPAM = "spam", _("ZipWhip took a text of a batch for spam, and others of it wait")


class StopCause(models.TextChoices):
    """Why sending stopped by itself, to go on once the provider answers a question."""

    FAILURES = "failures", _("ZipWhip did not take several texts in a row")
    UNCLEAR = "unclear", _("ZipWhip left several texts without an answer")
    REDIRECT = "redirect", _("ZipWhip’s address sends us somewhere else")
    CERTIFICATE = "certificate", _("Nobody at ZipWhip’s address can prove to be ZipWhip")


class Tone(StrEnum):
    """How something that texting needs is: well, well but to be seen to, or in the way."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class EventKind(models.TextChoices):
    """What a provider tells us by webhook."""

    RECEIVE = "receive", _("Text received")
    SEND = "send", _("Text sent")
    PROGRESS = "progress", _("Delivery progress")
    READ = "read", _("Text read")
    DELETE = "delete", _("Text deleted")
    OPT_OUT = "optout", _("Opt-out changed")


class Priority(models.IntegerChoices):
    BULK = 0, _("Bulk")
    REPLY = 1, _("Reply")
