"""Files that come with a text: fetched after the text is stored, because the provider keeps them apart.

A long text arrives as its beginning and a file of plain text with the whole; that becomes the body. A conversation with
a fetch under way waits, so a provider that never answers is given up in the end.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from texting import lines
from texting.errors import ProviderError
from texting.models import Attachment, Text
from texting.segments import count_segments, normalise_body
from texting.sql import run

if TYPE_CHECKING:
    from texting.providers.base import AttachmentInfo, Provider

logger = logging.getLogger(__name__)

# A text of 64 KB is a hundred times what a phone sends in one.
BODY_LIMIT_BYTES = 64 * 1024
FIRST_WAIT = timedelta(minutes=1)
MAX_FETCHES = 6


def fetch_pending() -> int:
    """Fetch what is due; return how many texts have all of theirs now."""
    return sum(_fetch(text) for text in _take_due())


def _take_due() -> list[Text]:
    """Texts whose turn has come, each put off as if this try will fail, so that two fetchers share the work."""
    rows = run(
        """
        UPDATE texting_text SET fetch_count = fetch_count + 1, next_fetch_at = now() + %s * power(2, fetch_count)
        WHERE id IN (
            SELECT id FROM texting_text
            WHERE attachments_pending AND next_fetch_at <= now()
            ORDER BY next_fetch_at LIMIT 100 FOR UPDATE SKIP LOCKED
        ) RETURNING id
        """,
        [FIRST_WAIT],
    )
    return list(Text.objects.filter(pk__in=[row[0] for row in rows]).select_related("line").order_by("pk"))


def _fetch(text: Text) -> bool:
    try:
        provider = lines.provider_of(text.line)
        session_key = text.line.reveal("session").reveal()
        found = provider.list_attachments(session_key, text.provider_id or "")
        _keep(text, found, _whole_body(provider, session_key, found))
    except ProviderError as error:
        logger.warning("text %s: its attachments could not be fetched: %s", text.pk, error)
    except Exception:
        # The outermost edge of a text: one that we cannot digest must not keep the others waiting.
        logger.exception("text %s: its attachments could not be kept", text.pk)
    else:
        return True
    if text.fetch_count >= MAX_FETCHES:
        Text.objects.filter(pk=text.pk).update(attachments_pending=False)
    return False


def _whole_body(provider: Provider, session_key: str, found: list[AttachmentInfo]) -> str:
    """The text that came as a file, "" for none."""
    parts = [
        provider.fetch_attachment(session_key, info.storage_key, limit_bytes=BODY_LIMIT_BYTES).decode(errors="replace")
        for info in found
        if info.mime_type == "text/plain"
    ]
    return normalise_body("".join(parts))


def _keep(text: Text, found: list[AttachmentInfo], body: str) -> None:
    with transaction.atomic():
        Attachment.objects.bulk_create(
            [
                Attachment(
                    text=text,
                    file_name=info.file_name[:200],
                    mime_type=info.mime_type[:100],
                    byte_count=info.byte_count,
                    storage_key=info.storage_key,
                )
                for info in found
                if info.mime_type != "text/plain"
            ],
            ignore_conflicts=True,
        )
        whole = {"body": body, "segment_count": count_segments(body).segment_count} if body else {}
        Text.objects.filter(pk=text.pk).update(attachments_pending=False, **whole)
