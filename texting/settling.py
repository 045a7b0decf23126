"""Settle what is unconfirmed by asking the provider, matched one to one. Absence proves nothing."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now

from texting import conf, inbound, line_sessions, provider_texts
from texting.claims import LOOKS
from texting.errors import ProviderError, SessionLost
from texting.models import Line, Text
from texting.sql import run
from texting.vocabulary import Direction, TextStatus

if TYPE_CHECKING:
    from texting.providers.base import ProviderText

logger = logging.getLogger(__name__)

# A provider that could not be asked for so long, of a removed line for example: a person decides.
LONGEST_LOOK = timedelta(days=1)


def settle_unconfirmed() -> int:
    """Look at each line with unconfirmed texts whose next look has come; return how many texts were found."""
    line_ids = (
        Text.objects.filter(status=TextStatus.UNCONFIRMED, next_look_at__isnull=False)
        .order_by("line_id")
        .values_list("line_id", flat=True)
        .distinct()
    )
    found = sum(_settle_apart(line) for line in Line.objects.filter(pk__in=line_ids))
    looked_for = Text.objects.filter(status=TextStatus.UNCONFIRMED, next_look_at__isnull=False)
    looked_for.filter(status_at__lt=Now() - LONGEST_LOOK).update(next_look_at=None)
    return found


def _settle_apart(line: Line) -> int:
    try:
        return _settle_line(line)
    except SessionLost:
        line_sessions.renew_session(line.pk, line.session_version)
    except Exception:
        # The outermost edge of a line: what is wrong with one must not keep the others waiting.
        logger.exception("line %s: its unconfirmed texts could not be settled", line.pk)
    return 0


def _settle_line(line: Line) -> int:
    texts = _take_due(line)
    if not texts:
        return 0
    since = min(text.status_at for text in texts) - inbound.CLOCK_SLACK - conf.LEASE
    try:
        told = provider_texts.list_since(line, since)
    except SessionLost:
        raise
    except ProviderError as error:
        # Not a look: the provider did not answer it, so it neither counts nor proves anything.
        logger.warning("line %s: could not look for unconfirmed texts: %s", line.pk, error)
        return 0
    # Before it is asked what has an owner: whatever is sending no more by then has told its id.
    sending = _sending_beside(line, texts)
    told = _unowned(line, told)
    found = 0
    for text in texts:
        matches = [one for one in told if inbound.is_echo(text, one)]
        match = next((one for one in matches if not _may_be_of(sending, one)), None)
        if matches and not match:
            # Not a look either, perhaps the last: the answer of the one being sent tells whose it is.
            continue
        with transaction.atomic():
            if match and inbound.settle_as_sent(text, match.provider_id):
                told.remove(match)
                found += 1
            else:
                _note_look(text)
    return found


def _take_due(line: Line) -> list[Text]:
    rows = run(
        """
        UPDATE texting_text SET next_look_at = now() + interval '60 s' WHERE id IN (
            SELECT id FROM texting_text
            WHERE line_id = %s AND status = 'unconfirmed' AND next_look_at <= now()
            ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
        ) RETURNING id
        """,
        [line.pk],
    )
    return list(Text.objects.filter(pk__in=[row[0] for row in rows]).order_by("pk"))


def _sending_beside(line: Line, texts: list[Text]) -> list[Text]:
    """What is being sent just now to the same numbers, whose ids are not told yet."""
    numbers = {text.number for text in texts}
    sending = Text.objects.filter(line=line, number__in=numbers, status=TextStatus.SENDING, provider_id__isnull=True)
    return list(sending.select_related("batch"))


def _may_be_of(sending: list[Text], told: ProviderText) -> bool:
    return any(inbound.is_echo(text, told) for text in sending)


def _unowned(line: Line, told: list[ProviderText]) -> list[ProviderText]:
    """Those that have left and that no text of ours owns, oldest first."""
    owned = set(
        Text.objects.filter(line=line, provider_id__in=[text.provider_id for text in told]).values_list(
            "provider_id", flat=True
        )
    )
    return [text for text in told if text.provider_id not in owned and _has_left(text)]


def _has_left(told: ProviderText) -> bool:
    """Not so what somebody has scheduled in the provider's app, in the very same words perhaps."""
    is_waiting = told.scheduled_at is not None and inbound.is_future(told.scheduled_at)
    return told.direction == Direction.OUT and not is_waiting and not inbound.was_taken_back(told)


def _note_look(text: Text) -> None:
    looks = text.look_count + 1
    wait = LOOKS[looks] if looks < len(LOOKS) else None
    run(
        """
        UPDATE texting_text SET look_count = %s, next_look_at = now() + %s
        WHERE id = %s AND status = 'unconfirmed' AND look_count = %s
        """,
        [looks, wait, text.pk, text.look_count],
    )
