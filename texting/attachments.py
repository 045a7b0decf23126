"""Files that come with a text: fetched after the text is stored, because the provider keeps them apart.

A long text arrives as its beginning and a file of plain text with the whole; that becomes the body. Pictures and other
files are kept with the text. A conversation with a fetch under way waits, so a provider that never answers is given up
in the end; a person may ask again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now

from texting import compliance, inbound, line_sessions, lines
from texting.errors import ProviderError, Refused, SessionLost, TooLarge
from texting.models import Attachment, AttachmentContent, Text
from texting.pictures import draw_preview
from texting.segments import count_segments, normalise_body
from texting.sql import run
from texting.vocabulary import Direction

if TYPE_CHECKING:
    from texting.providers.base import AttachmentInfo, Provider

logger = logging.getLogger(__name__)

# A text of 64 KB is a hundred times what a phone sends in one.
BODY_LIMIT_BYTES = 64 * 1024
# Carriers stop at one to three megabytes.
FILE_LIMIT_BYTES = 5 * 1024 * 1024
MAX_FILES = 10
# What only says how the others are laid out.
LAYOUT = "application/smil"
PLAIN = "text/plain"
# The sum of the waits is an hour: no conversation waits longer for its files.
FIRST_WAIT = timedelta(minutes=1)
MAX_FETCHES = 6
MOST_AT_ONCE = 100
State = Attachment.State


@dataclass(frozen=True)
class Source:
    """Where the files of a line's texts are fetched from."""

    provider: Provider
    session_key: str

    def fetch(self, storage_key: str, limit_bytes: int) -> bytes:
        return self.provider.fetch_attachment(self.session_key, storage_key, limit_bytes=limit_bytes)


def fetch_pending() -> int:
    """Fetch what is due; return how many texts have all of theirs now."""
    fetched_count = 0
    for _ in range(MOST_AT_ONCE):
        text = _take_next()
        if text is None:
            break
        fetched_count += _fetch(text)
    return fetched_count


def ask_again(text: Text) -> bool:
    """Begin anew to fetch what was given up; False when nothing was, or somebody asked already."""
    asked = Text.objects.filter(pk=text.pk, files_lost=True, attachments_pending=False).update(
        attachments_pending=True, files_lost=False, fetch_count=0, next_fetch_at=Now()
    )
    if asked:
        text.attachments.filter(state__in=[State.LOST, State.GONE]).update(state=State.WAITING)
    return bool(asked)


def _take_next() -> Text | None:
    """The text whose turn has come, put off as if this try will fail, so that two fetchers share the work."""
    rows = run(
        """
        UPDATE texting_text SET fetch_count = fetch_count + 1, next_fetch_at = now() + %s * power(2, fetch_count)
        WHERE id = (
            SELECT id FROM texting_text
            WHERE attachments_pending AND next_fetch_at <= now()
            ORDER BY next_fetch_at LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING id
        """,
        [FIRST_WAIT],
    )
    return Text.objects.select_related("line").get(pk=rows[0][0]) if rows else None


def _fetch(text: Text) -> bool:
    try:
        source = Source(lines.provider_of(text.line), text.line.reveal("session").reveal())
        found = source.provider.list_attachments(source.session_key, text.provider_id or "")
        body = _whole_body(source, found)
        _keep_names_and_body(text, found, body)
        _heed_words(text, body)
        for attachment in text.attachments.filter(state=State.WAITING).order_by("pk"):
            _fetch_file(source, attachment)
    except SessionLost:
        line_sessions.renew_session(text.line_id, text.line.session_version)
    except ProviderError as error:
        logger.warning("text %s: its attachments could not be fetched: %s", text.pk, error)
    except Exception:
        # The outermost edge of a text: one that we cannot digest must not keep the others waiting.
        logger.exception("text %s: its attachments could not be kept", text.pk)
    else:
        _end(text)
        return True
    if text.fetch_count >= MAX_FETCHES:
        _give_up(text)
    return False


def _whole_body(source: Source, found: list[AttachmentInfo]) -> str:
    """The text that came as a file, "" for none."""
    parts = [
        source.fetch(info.storage_key, BODY_LIMIT_BYTES).decode(errors="replace")
        for info in found
        if info.mime_type == PLAIN
    ]
    return normalise_body("".join(parts))


def _keep_names_and_body(text: Text, found: list[AttachmentInfo], body: str) -> None:
    files = [info for info in found if info.mime_type not in (PLAIN, LAYOUT)][:MAX_FILES]
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
                for info in files
            ],
            ignore_conflicts=True,
        )
        if body:
            Text.objects.filter(pk=text.pk).update(body=body, segment_count=count_segments(body).segment_count)


def _heed_words(text: Text, body: str) -> None:
    """A word by which one opts out counts though it came as a file."""
    if text.direction == Direction.IN and inbound.heed_words(text.line_id, text.number, body, text.provider_at):
        compliance.stop_queued_texts(text.number)


def _fetch_file(source: Source, attachment: Attachment) -> None:
    """Keep one file, or why it cannot be had. Raises ProviderError when it may be had later."""
    if attachment.byte_count > FILE_LIMIT_BYTES:
        return _mark(attachment, State.TOO_LARGE)
    try:
        content = source.fetch(attachment.storage_key, FILE_LIMIT_BYTES)
    except TooLarge:
        _mark(attachment, State.TOO_LARGE)
    except Refused:
        _mark(attachment, State.GONE)
    else:
        _keep_content(attachment, content)


def _keep_content(attachment: Attachment, content: bytes) -> None:
    preview = draw_preview(content)
    attachment.byte_count = len(content)
    if preview:
        attachment.width, attachment.height = preview.width, preview.height
    with transaction.atomic():
        AttachmentContent.objects.update_or_create(
            attachment=attachment, defaults={"original": content, "preview": preview.content if preview else None}
        )
        _mark(attachment, State.STORED, "byte_count", "width", "height")


def _mark(attachment: Attachment, state: Attachment.State, *others: str) -> None:
    attachment.state = state
    attachment.save(update_fields=["state", *others])


def _end(text: Text) -> None:
    gone = text.attachments.filter(state=State.GONE).exists()
    Text.objects.filter(pk=text.pk).update(attachments_pending=False, files_lost=gone)


def _give_up(text: Text) -> None:
    with transaction.atomic():
        text.attachments.filter(state=State.WAITING).update(state=State.LOST)
        Text.objects.filter(pk=text.pk).update(attachments_pending=False, files_lost=True)
