"""Lines that nobody paused and that yet send nothing just now: why, and when they go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from texting.models import Breaker
from texting.vocabulary import LineState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from texting.models import Line

# A line that waits less, beyond its pace, is not worth a word.
SHORT = timedelta(minutes=1)


@dataclass(frozen=True)
class Standstill:
    """`asks_at` is when the provider is asked again; `told_until` until when it asked us to wait, no matter since when.

    Neither is known while the line is compared with the provider.
    """

    since: datetime | None = None
    asks_at: datetime | None = None
    told_until: datetime | None = None

    @property
    def words(self) -> str:
        if self.told_until:
            at = date_format(timezone.localtime(self.told_until), "H:i")
            return _("ZipWhip asked this line to wait until %(time)s; its texts then go on by themselves.") % {
                "time": at
            }
        if self.asks_at is None:
            return _(
                "We were away for a while, so we first look up at ZipWhip what this line has sent already. "
                "Texts wait and then go on by themselves."
            )
        held = _("ZipWhip does not take texts just now; they wait and go on by themselves.")
        if self.asks_at <= timezone.now():
            return f"{held} {_('We are about to ask again.')}"
        at = date_format(timezone.localtime(self.asks_at), "H:i")
        return f"{held} {_('We ask again at %(time)s.') % {'time': at}}"


def of_lines(lines: Iterable[Line]) -> dict[int, Standstill]:
    """By id, those of `lines` that stand still; one query for all of them."""
    connected = [line for line in lines if line.state == LineState.CONNECTED]
    if not connected:
        return {}
    of_these = Q(line__in=connected) | Q(line=None, provider__in={line.provider for line in connected})
    breakers = list(Breaker.objects.filter(of_these, closed_at=None).order_by("-next_probe_at"))
    found = {}
    for line in connected:
        held_by = next((one for one in breakers if one.stops(line)), None)
        if held_by:
            found[line.pk] = Standstill(held_by.opened_at, held_by.next_probe_at)
        elif line.guarded_since:
            found[line.pk] = Standstill(line.guarded_at or line.guarded_since)
        elif line.next_free_at > timezone.now() + line.pace + SHORT:
            found[line.pk] = Standstill(told_until=line.next_free_at)
    return found


def of_line(line: Line) -> Standstill | None:
    return of_lines([line]).get(line.pk)
