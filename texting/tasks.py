"""Celery's shells for scheduled and long work. All may run twice, late or at the same time.

In a database that no runner has looked at yet, a restored backup for one, texts that left may stand as queued: until
one has (texting.epoch), nothing is concluded from that.
"""

from __future__ import annotations

import logging

from celery import shared_task
from celery.signals import worker_ready
from django.db import connection

from texting import (
    accounting,
    attachments,
    backfill,
    conf,
    conversations,
    dispatch,
    drafts,
    epoch,
    heartbeats,
    line_hooks,
    long_work,
    scheduled,
    settling,
)
from texting.models import Heartbeat

logger = logging.getLogger(__name__)


@shared_task(name="texting.close_idle_conversations")
def close_idle_conversations() -> int:
    return conversations.close_due()


@shared_task(name="texting.expire_overdue")
def expire_overdue() -> int:
    return dispatch.expire_overdue() if epoch.is_known() else 0


@shared_task(name="texting.fetch_attachments")
def fetch_attachments() -> int:
    return attachments.fetch_pending()


@shared_task(name="texting.look_after_scheduled")
def look_after_scheduled() -> int:
    return scheduled.look_after()


@shared_task(name="texting.settle_unconfirmed")
def settle_unconfirmed() -> int:
    return settling.settle_unconfirmed()


@shared_task(name="texting.beat")
def beat() -> None:
    """Proof that beat asks and a worker answers."""
    heartbeats.beat(Heartbeat.Kind.WORKER)
    heartbeats.sweep()


@shared_task(name="texting.take_account")
def take_account() -> int:
    """Say in the log, and to administrators, when texts are not accounted for; the page of the account shows which."""
    count = sum(1 for _ in accounting.findings(accounting.REGULARLY))
    accounting.note_count(count)
    if count:
        logger.error("%d findings: not every text is accounted for", count)
    return count


@shared_task(name="texting.backfill_lines")
def backfill_lines() -> int:
    return backfill.backfill_due() if epoch.is_known() else 0


@worker_ready.connect
def compare_lines_at_start(**_: object) -> None:
    """Beat asks for it within a minute."""
    backfill.make_due()
    # A process that a worker forks later must not inherit it.
    connection.close()


@shared_task(name="texting.work_off")
def work_off() -> int:
    return long_work.work_off()


@shared_task(name="texting.end_removed_lines")
def end_removed_lines() -> None:
    line_hooks.end_removed()


@shared_task(name="texting.forget_old_drafts")
def forget_old_drafts() -> int:
    return drafts.forget_old(conf.DRAFT_LIFE)
