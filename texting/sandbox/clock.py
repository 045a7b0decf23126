"""Epoch milliseconds, the only time the sandbox keeps, and the three spellings ZipWhip gave to dates over the years."""

import time
from datetime import UTC, datetime, timedelta, timezone

PACIFIC_OF_THE_SAMPLES = timezone(timedelta(hours=-7))  # webhook samples of 2014-15 carry -07:00 all year


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def stamp(at_ms: int, form: str = "2020") -> str:
    """Spell `at_ms` as ZipWhip did in `form`: "2015" with -07:00, "2019" with +00:00, "2020" with Z."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    if form == "2015":
        return moment.astimezone(PACIFIC_OF_THE_SAMPLES).isoformat()
    if form == "2019":
        return moment.isoformat()
    return moment.isoformat().replace("+00:00", "Z")


def stamp_or_none(at_ms: int | None, form: str = "2020") -> str | None:
    return None if at_ms is None else stamp(at_ms, form)


def local(at_ms: int) -> datetime:
    """Return the moment in the zone of this machine, for people to read."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone()
