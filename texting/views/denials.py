"""What a form names that its sender may not use, and no page offers them: the host may record that it was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texting import seam
from texting.models import Line
from texting.seam_help import note_hidden

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from texting.seam import RecordKey
    from texting.views.answers import SignedInRequest


def note_records(request: SignedInRequest, keys: Collection[RecordKey]) -> None:
    """Not those that are gone."""
    hidden = set(keys) - seam.visible(request.user, keys).keys()
    if hidden and seam.describe(hidden):
        note_hidden(request)


def note_line(request: SignedInRequest, usable: Iterable[Line], kept: int | None = None) -> None:
    """Not one that was removed, nor `kept`, which was theirs to choose when they did."""
    posted = request.POST.get("line", "")
    if posted in {str(pk) for pk in (kept, *(line.pk for line in usable))}:
        return
    if (
        posted.isascii()
        and posted.isdecimal()
        and len(posted) < 19
        and Line.objects.in_use().filter(pk=posted).exists()
    ):
        note_hidden(request)
