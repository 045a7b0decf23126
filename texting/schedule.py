"""What beat asks of a worker: CELERY_BEAT_SCHEDULE = {**texting.schedule.BEAT_SCHEDULE, ...}. Imports nothing."""

from __future__ import annotations

from typing import Any

LATE_SECONDS = 60.0


def every(seconds: float, task: str) -> dict[str, Any]:
    """Each task asks what waits, so one that comes late has nothing to add to the next.

    It expires: else workers that were away, or too few, would first do what piled up meanwhile.
    """
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds, LATE_SECONDS)}}


BEAT_SCHEDULE: dict[str, Any] = {
    "beat": every(15.0, "texting.beat"),
    "backfill-lines": every(60.0, "texting.backfill_lines"),
    # What a person waits for in front of a progress bar.
    "work-off": every(2.0, "texting.work_off"),
    "forget-old-drafts": every(3600.0, "texting.forget_old_drafts"),
    "end-removed-lines": every(3600.0, "texting.end_removed_lines"),
    "close-idle-conversations": every(15.0, "texting.close_idle_conversations"),
    "expire-overdue-texts": every(60.0, "texting.expire_overdue"),
    "fetch-attachments": every(5.0, "texting.fetch_attachments"),
    "look-after-scheduled-texts": every(15.0, "texting.look_after_scheduled"),
    "take-account": every(3600.0, "texting.take_account"),
    "settle-unconfirmed-texts": every(15.0, "texting.settle_unconfirmed"),
}
