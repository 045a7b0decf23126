"""What beat asks of a worker: CELERY_BEAT_SCHEDULE = {**texting.schedule.BEAT_SCHEDULE, ...}. Imports nothing."""

from __future__ import annotations

from typing import Any

BEAT_SCHEDULE: dict[str, Any] = {
    "beat": {"task": "texting.beat", "schedule": 15.0, "options": {"expires": 60}},
    "backfill-lines": {"task": "texting.backfill_lines", "schedule": 60.0, "options": {"expires": 60}},
    # What a person waits for in front of a progress bar. Each asks what waits, so one that is late is not needed.
    "work-off": {"task": "texting.work_off", "schedule": 2.0, "options": {"expires": 2.0}},
    "forget-old-drafts": {"task": "texting.forget_old_drafts", "schedule": 3600.0},
    "end-removed-lines": {"task": "texting.end_removed_lines", "schedule": 3600.0},
    "close-idle-conversations": {"task": "texting.close_idle_conversations", "schedule": 15.0},
    "expire-overdue-texts": {"task": "texting.expire_overdue", "schedule": 60.0},
    "fetch-attachments": {"task": "texting.fetch_attachments", "schedule": 5.0},
    "look-after-scheduled-texts": {"task": "texting.look_after_scheduled", "schedule": 15.0},
    "take-account": {"task": "texting.take_account", "schedule": 3600.0},
    "settle-unconfirmed-texts": {"task": "texting.settle_unconfirmed", "schedule": 15.0},
}
