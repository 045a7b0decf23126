"""Texts that somebody scheduled in the provider's own app. They leave without us.

Their events tell that they left, or that they were deleted or put off. Nobody knows whether every such event is sent,
so when the time of one has come and nothing was told, the provider is asked.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from texting import delivery, inbound, line_sessions, lines
from texting.errors import ProviderError, SessionLost
from texting.models import Text
from texting.sql import run
from texting.vocabulary import Reason, TextStatus

if TYPE_CHECKING:
    from texting.providers.base import ProviderText

logger = logging.getLogger(__name__)

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
MOST_AT_ONCE = 100
# After three days without an answer, of a removed line for example, a person decides.
MOST_LOOKS = 72


def look_after() -> int:
    """Ask after each scheduled text whose time has come; return how many were looked at."""
    for looked_at in range(MOST_AT_ONCE):
        text = _take_next()
        if text is None:
            return looked_at
        _look_apart(text)
    return MOST_AT_ONCE


def _take_next() -> Text | None:
    """The text whose turn has come, put off as if the provider will not answer."""
    rows = run(
        """
        UPDATE texting_text SET
            look_count = least(look_count + 1, 100),
            next_look_at = now() + least(%s * power(2, least(look_count, 10)), %s)
        WHERE id = (
            SELECT id FROM texting_text WHERE status = 'scheduled' AND next_look_at <= now()
            ORDER BY next_look_at LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING id
        """,
        [FIRST_WAIT, LONGEST_WAIT],
    )
    return Text.objects.select_related("line").get(pk=rows[0][0]) if rows else None


def _look_apart(text: Text) -> None:
    try:
        provider = lines.provider_of(text.line)
        told = provider.find_text(text.line.reveal("session").reveal(), text.provider_id or "")
        with transaction.atomic():
            _settle(text, told)
        return
    except SessionLost:
        line_sessions.renew_session(text.line_id, text.line.session_version)
    except ProviderError as error:
        logger.warning("scheduled text %s: could not ask what became of it: %s", text.pk, error)
    except Exception:
        # The outermost edge of a text: what is wrong with one must not keep the others waiting.
        logger.exception("scheduled text %s could not be looked after", text.pk)
    if text.look_count >= MOST_LOOKS:
        with transaction.atomic():
            inbound.leave_as_scheduled(text, status=TextStatus.UNCONFIRMED, reason=Reason.NO_ANSWER)


def _settle(text: Text, told: ProviderText | None) -> None:
    if told is None:
        inbound.leave_as_scheduled(text, status=TextStatus.UNCONFIRMED, reason=Reason.GONE)
    elif told.is_deleted and not delivery.is_proof_of_leaving(told.delivery):
        inbound.unschedule(text)
    elif inbound.is_future(told.leaves_at):
        inbound.note_scheduled(text.line, told)
    else:
        inbound.leave_as_scheduled(text)
        if told.delivery:
            delivery.apply(text, told.delivery)
