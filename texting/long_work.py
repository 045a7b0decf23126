"""What is too long for a request, done by a worker: check the people of a draft, make or stop the texts of a batch.

The row says what is left to do, so a task carries nothing, may come twice or late, and begins where the last one ended.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models.functions import Now

from texting import building, drafts
from texting.dispatch import wake_runners
from texting.models import Batch, Draft

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)
Work = TypeVar("Work", Batch, Draft)

# For so long one task goes on; the next follows at once, and others get their turn.
BUDGET_SECONDS = 10.0
AFTER_A_FAILURE = timedelta(seconds=30)


def work_off() -> int:
    """Do block after block of what waits, whoever waited longest first, until nothing waits; return how many."""
    until = time.monotonic() + BUDGET_SECONDS
    done = 0
    while time.monotonic() < until:
        steps = [_step(Batch, _build), _step(Draft, drafts.check_block)]
        if not any(steps):
            break
        done += sum(steps)
    return done


def _build(batch: Batch) -> None:
    building.build_block(batch)
    wake_runners()


def _step(kind: type[Work], do: Callable[[Work], None]) -> bool:
    """One block of one row, in a transaction of its own; whether there was anything to do."""
    with transaction.atomic():
        waiting = kind.objects.filter(is_pending=True, retry_at__lte=Now()).order_by("retry_at")
        work = waiting.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
        if work is None:
            return False
        try:
            with transaction.atomic():
                do(work)
        except Exception:
            # The outermost edge of one row's work: what is wrong with one must not keep the others waiting.
            logger.exception("%s %s: a block could not be done", kind.__name__, work.pk)
            kind.objects.filter(pk=work.pk).update(retry_at=Now() + AFTER_A_FAILURE)
    return True
