"""The end of a line's guard (texting.epoch): once it was compared with its provider, or when a person says so.

A person may have to, where the provider never lists what it holds. Then nobody knows which of the texts that were
queued before the doubt have left, so a person decides about each.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from texting import building, claims, conf
from texting.claims import Outcome
from texting.errors import TextingError
from texting.models import Batch, Line, Text
from texting.sql import run
from texting.vocabulary import Reason, TextStatus

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

# So long a line that was compared waits for the others, one of which may hold the STOP that a number sent meanwhile;
# after the time in which none is compared yet.
WAIT_FOR_OTHERS = timedelta(minutes=2)
# What a line is when its guard is over.
NO_GUARD = {"guarded_since": None, "guarded_at": None, "compared_at": None}


class NotGuarded(TextingError):
    """The guard ended meanwhile, or another began: nothing was done."""


def end_compared() -> int:
    """End the guard of the lines that were compared, once all are that can be; return how many."""
    return len(run(_END_COMPARED, {"wait": conf.LEASE + WAIT_FOR_OTHERS}))


_END_COMPARED = """
WITH compared AS (
    SELECT id FROM texting_line
    WHERE guarded_since IS NOT NULL AND compared_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM texting_line other
        WHERE other.guarded_since IS NOT NULL AND other.compared_at IS NULL
          AND other.state IN ('connected', 'paused') AND other.session_token <> ''
          AND other.guarded_at > now() - %(wait)s
    )
    ORDER BY id FOR NO KEY UPDATE
)
UPDATE texting_line SET guarded_since = NULL, guarded_at = NULL, compared_at = NULL
WHERE id IN (SELECT id FROM compared) AND compared_at IS NOT NULL
RETURNING id
"""


class StillBeingMade(TextingError):
    """Texts that may have left are still to be made again, by a worker: nothing was done."""


def is_being_made(line: Line) -> bool:
    """Whether a batch from before the doubt is not wholly in the queue, so that what left of it cannot be found yet."""
    begun = Batch.objects.filter(line=line, is_pending=True, created_at__lt=line.guarded_at)
    return begun.filter(done_count__lt=F("people_count")).exists()


def doubtful_count(line: Line) -> int:
    """How many queued texts of a guarded line may have left already."""
    return Text.objects.queued().filter(line=line).sent_before(line.guarded_at).count()


def end_by_hand(user: AbstractUser, line: Line) -> int:
    """Let a guarded line send though it was not compared; return how many texts a person now has to decide about.

    What was queued before the doubt never leaves by itself. The guard ends last, so an interrupted one is asked for
    again. Raises NotGuarded, StillBeingMade.
    """
    if line.guarded_since and is_being_made(line):
        raise StillBeingMade
    count = 0
    while handed_over := _hand_over_block(line):
        count += handed_over
    with transaction.atomic():
        if not Line.objects.filter(pk=line.pk, guarded_since=line.guarded_since).update(**NO_GUARD):
            raise NotGuarded
        conf.audit()(actor_id=user.pk, action="line.guard_ended", subject=f"line:{line.pk}", facts={"texts": count})
    return count


@transaction.atomic
def _hand_over_block(line: Line) -> int:
    guarded = Line.objects.select_for_update(no_key=True).filter(pk=line.pk, guarded_since=line.guarded_since)
    if line.guarded_since is None or not guarded.first():
        raise NotGuarded
    taken = run(_TAKE, {"line_id": line.pk, "before": line.guarded_at, "block": building.BLOCK})
    claims.record([Outcome(pk, attempt, TextStatus.UNCONFIRMED, Reason.STOPPED_WHILE_SENDING) for pk, attempt in taken])
    # Nobody looks for them at the provider, which does not answer that.
    Text.objects.filter(pk__in=[pk for pk, _ in taken], status=TextStatus.UNCONFIRMED).update(next_look_at=None)
    return len(taken)


_TAKE = """
UPDATE texting_text SET
    status = 'sending', attempt = gen_random_uuid(), sending_until = now(), status_at = now()
WHERE id IN (
    SELECT t.id FROM texting_text t LEFT JOIN texting_batch b ON b.id = t.batch_id
    WHERE t.line_id = %(line_id)s AND t.status = 'queued' AND coalesce(b.created_at, t.created_at) < %(before)s
    ORDER BY t.id LIMIT %(block)s FOR NO KEY UPDATE OF t
)
RETURNING id, attempt
"""
