"""The way to the first text: how far texting is set up, and a test text to oneself.

A test goes the way of every text, to a record of the host that stands for the user: what works here works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from texting import dispatch, drafts, seam, seam_help, sources
from texting.errors import TextingError
from texting.models import Draft, Line, Text, TextingSettings
from texting.vocabulary import Direction, LineState, TextStatus

if TYPE_CHECKING:
    import uuid

    from django.contrib.auth.models import AbstractUser

    from texting.models import Batch


class CannotTest(TextingError):
    """No text to this number; `words` say why, "" where there cannot be a record of the user yet."""

    def __init__(self, words: str) -> None:
        super().__init__("this number cannot be sent a test text")
        self.words = words


def is_line_connected() -> bool:
    return Line.objects.filter(state=LineState.CONNECTED).exists()


def is_filing_chosen() -> bool:
    """Whether conversations with every kind of record have something to be logged under."""
    used = TextingSettings.current().filed_under
    return all(_is_filed(kind, used.get(kind.key, "")) for kind in seam.record_types())


def has_text_left() -> bool:
    taken = [TextStatus.SENT, TextStatus.DELIVERED]
    return Text.objects.filter(direction=Direction.OUT, left_at__isnull=False, status__in=taken).exists()


def send_test(user: AbstractUser, line: Line, number: str, body: str, *, key: uuid.UUID) -> Batch:
    """Send a text to the user's own `number` (E.164); the same `key` again is the same text.

    Raises CannotTest, and what dispatch.send_batch raises.
    """
    record = seam_help.own_record(user, number)
    if record is None:
        raise CannotTest("")
    draft, is_new = Draft.objects.get_or_create(
        pk=key,
        user_id=user.pk,
        defaults={"selection": [record], "chosen_numbers": {str(record): number}, "line": line, "source": sources.TEST},
    )
    if is_new:
        drafts.check_again(draft)
    refused = draft.people.exclude(reason="").first()
    if refused:
        raise CannotTest(str(refused.reason_words))
    return dispatch.send_batch(user, dispatch.Composed(draft, line, body))


def _is_filed(kind: seam.RecordType, value: str) -> bool:
    return any(choice.value == value and not choice.why_not for choice in kind.filing_choices())
