"""The lines as the administrator's list shows them: whose, how they are, how busy. A fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from texting import seam, standstill
from texting.line_hooks import provider_of
from texting.models import Line, LineWebhook, Text
from texting.models.line import owner_names
from texting.vocabulary import Direction, LineState, PauseReason, TextStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from texting.standstill import Standstill

NEEDS_PASSWORD = (PauseReason.WRONG_PASSWORD, PauseReason.OTHER_LINE, PauseReason.KEYS_LOST)
STOPPED_SHOWN = 5


@dataclass(frozen=True)
class LineRow:
    """`today_count` is of texts that left, `queued_count` of those that wait to."""

    line: Line
    owner_name: str
    owner_kind: str
    hook_count: int
    wanted_hook_count: int
    today_count: int
    queued_count: int
    standstill: Standstill | None

    @property
    def name(self) -> str:
        """For sentences: "Duluth’s line"."""
        return _("%(owner)s’s line") % {"owner": self.owner_name} if self.owner_name else _("The line")

    @property
    def is_paused(self) -> bool:
        return self.line.state == LineState.PAUSED

    @property
    def is_connecting(self) -> bool:
        return self.line.state == LineState.CONNECTING

    @property
    def is_removed(self) -> bool:
        return self.line.state == LineState.REMOVED

    @property
    def was_paused_by_hand(self) -> bool:
        return self.line.pause_reason == PauseReason.BY_HAND

    @property
    def needs_password(self) -> bool:
        return self.line.pause_reason in NEEDS_PASSWORD


def list_lines(*, owner_kind: str, midnight: datetime) -> list[LineRow]:
    """Every line, or those of one kind of owner; what needs a person first, the rest by number."""
    lines = Line.objects.all()
    if owner_kind:
        lines = lines.filter(owner_kind=owner_kind)
    rows = _rows(list(lines), midnight)
    return sorted(rows, key=lambda row: not row.is_paused)


def today_began() -> datetime:
    """Midnight in the reader's zone."""
    return datetime.combine(timezone.localdate(), time.min, timezone.get_current_timezone())


def row_of(line: Line, *, midnight: datetime) -> LineRow:
    return _rows([line], midnight)[0]


def stopped_rows() -> list[LineRow]:
    """The lines that stopped by themselves, a few at most."""
    stopped = Line.objects.filter(state=LineState.PAUSED).exclude(pause_reason=PauseReason.BY_HAND)
    return _rows(list(stopped[:STOPPED_SHOWN]), today_began())


def _rows(lines: list[Line], midnight: datetime) -> list[LineRow]:
    kinds = {kind.key: seam.kind_words(kind) for kind in seam.owner_kinds()}
    names = owner_names(lines)
    ids = [line.pk for line in lines]
    hooks = _counts(LineWebhook.objects.filter(line__in=ids, leads_here=True))
    today = _counts(Text.objects.filter(line__in=ids, direction=Direction.OUT, left_at__gte=midnight))
    standing = standstill.of_lines(lines)
    queued = _counts(Text.objects.filter(line__in=ids, status=TextStatus.QUEUED))
    return [
        LineRow(
            line=line,
            owner_name=names.get(line.owner, ""),
            owner_kind=kinds.get(line.owner_kind, line.owner_kind),
            hook_count=hooks[line.pk],
            wanted_hook_count=len(provider_of(line).events),
            today_count=today[line.pk],
            queued_count=queued[line.pk],
            standstill=standing.get(line.pk),
        )
        for line in lines
    ]


def _counts(found: QuerySet[LineWebhook] | QuerySet[Text]) -> Counter[int]:
    counted = found.order_by().values_list("line_id").annotate(count=Count("pk"))
    return Counter(dict(counted))
