"""What nobody comes back for: sessions that have ended, and files that were looked at and never imported."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from enterprise.people.models import ImportRun

# Long enough to sleep over a preview; the file names people, so no longer.
UPLOAD_LIFE = timedelta(days=1)


def remove(now: datetime) -> int:
    """Return how many rows went."""
    ended = Session.objects.filter(expire_date__lt=now)
    abandoned = ImportRun.objects.filter(imported_at=None, uploaded_at__lt=now - UPLOAD_LIFE)
    return ended.delete()[0] + abandoned.delete()[0]
