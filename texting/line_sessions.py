"""A line whose session or account fails while it is at work: one new login, or a pause."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from texting import conf
from texting.errors import LineProblem, ProviderError
from texting.line_hooks import provider_of
from texting.models import Line
from texting.secrets import CannotDecrypt
from texting.vocabulary import LineState, PauseReason

if TYPE_CHECKING:
    from texting.providers.base import Session

logger = logging.getLogger(__name__)

# A session that dies again so soon after a login will not live longer for one more.
SECOND_LOSS = timedelta(minutes=10)
# While one process logs in, the others leave the line alone.
RENEWAL_LEASE = timedelta(seconds=60)


def renew_session(line_id: int, session_version: int) -> None:
    """Log in again for a session found dead: one process does, and a second loss within minutes pauses the line.

    A login that could not be made leaves the dead session for the next text to find.
    """
    won = (
        Line.objects.filter(pk=line_id, session_version=session_version, state=LineState.CONNECTED)
        .filter(Q(session_renewed_at__isnull=True) | Q(session_renewed_at__lt=Now() - SECOND_LOSS))
        .update(session_version=F("session_version") + 1, renewing_until=Now() + RENEWAL_LEASE)
    )
    line = Line.objects.get(pk=line_id)
    if not won:
        if line.session_version == session_version:
            pause_for(line, PauseReason.SESSION_LOST)
        return
    try:
        session = provider_of(line).login(line.username, line.reveal("password").reveal())
    except CannotDecrypt:
        pause_for(line, PauseReason.KEYS_LOST)
    except LineProblem as error:
        pause_for(line, error.reason)
    except ProviderError as error:
        logger.warning("line %s: could not log in again: %s", line_id, error)
    else:
        _keep(line, session, version=session_version + 1)


def _keep(line: Line, session: Session, *, version: int) -> None:
    """Go on with a session, unless there is a newer one, or another is logging in by now.

    It counts as a version of its own: who read the line during the login holds the dead session still.
    """
    line.set_secret("session", session.key)
    Line.objects.filter(pk=line.pk, session_version=version).update(
        session_token=line.session_token,
        session_version=F("session_version") + 1,
        session_renewed_at=Now(),
        renewing_until=None,
        last_contact_at=Now(),
    )


def pause_for(line: Line, reason: PauseReason) -> None:
    """Stop a line for a problem of its own, and say so once."""
    with transaction.atomic():
        changed = Line.objects.filter(pk=line.pk, state=LineState.CONNECTED).update(
            state=LineState.PAUSED, pause_reason=reason, state_changed_at=Now()
        )
        if not changed:
            return
        conf.audit()(actor_id=None, action="line.paused", subject=f"line:{line.pk}", facts={"reason": reason.value})
    logger.error("line %s is paused: %s", line.pk, reason.label)
