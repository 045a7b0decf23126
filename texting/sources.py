"""Where the people of a batch were chosen, kept as a code such as "batch:12", so that each reader gets it in theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from texting import seam_help

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

TEST, REPLY = "test", "reply"


def of_batch(pk: int) -> str:
    return f"batch:{pk}"


def of_left(pk: int) -> str:
    """Those whom a leaver's batch did not reach."""
    return f"left:{pk}"


def batch_of(source: str) -> int | None:
    """The id of the batch they were in."""
    found = re.fullmatch("(?:batch|left):([0-9]{1,18})", source)
    return int(found[1]) if found else None


def words(source: str, reader: AbstractUser) -> str:
    """In words; what neither texting nor the host knows, as it was stored."""
    own = {TEST: _("Test text"), REPLY: pgettext("noun", "Reply")}
    if (pk := batch_of(source)) is not None:
        return _("Batch %(number)s") % {"number": pk}
    return own.get(source) or seam_help.source_words(source, reader) or source
