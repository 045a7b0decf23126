"""Dates and times as people write them here, in the reader's language and zone. `now` and `at` are aware and already
local."""

from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def short(at: datetime, now: datetime) -> str:
    """Today "14:02", this year "20 Nov", else "20 Nov 2025"."""
    if at.date() == now.date():
        return date_format(at, "H:i")
    return _day(at, now)


def stamp(at: datetime, now: datetime) -> str:
    """The day and the time, always both: "20 Nov 16:31"."""
    return f"{_day(at, now)} {date_format(at, 'H:i')}"


def words(at: datetime, now: datetime) -> str:
    """For sentences: "today 14:02", "yesterday 16:31", "tomorrow 09:00", else as `stamp`."""
    near = {
        now.date(): _("today"),
        now.date() - timedelta(days=1): _("yesterday"),
        now.date() + timedelta(days=1): _("tomorrow"),
    }
    day = near.get(at.date())
    return f"{day} {date_format(at, 'H:i')}" if day else stamp(at, now)


def clock(at: datetime, now: datetime) -> str:
    return date_format(at, "H:i")


def day(at: datetime, now: datetime) -> str:
    return _day(at, now)


def long_day(at: datetime, now: datetime) -> str:
    """For a heading between two days: "Sunday 22 November"."""
    # Translators: Django's letters for the parts of a date; \ before a letter that stands for itself.
    this_year, other = pgettext("date format", "l j F"), pgettext("date format", "l j F Y")
    return date_format(at, this_year if at.year == now.year else other)


def exact(at: datetime) -> str:
    """The whole truth, for the tooltip: "Sunday 22 November 2026, 14:02:09 CST"."""
    date = date_format(at, pgettext("date format", "l j F Y"))
    return f"{date}, {at:%H:%M:%S} {at.tzname() or ''}".rstrip()


STYLES = {"short": short, "stamp": stamp, "words": words, "clock": clock, "day": day, "long_day": long_day}


def _day(at: datetime, now: datetime) -> str:
    this_year, other = pgettext("date format", "j M"), pgettext("date format", "j M Y")
    return date_format(at, this_year if at.year == now.year else other)
