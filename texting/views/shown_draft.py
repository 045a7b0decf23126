"""What Send Text shows of a draft: who gets it and who does not, a page of them at a time, and what they will read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils import timezone

from texting import conf, dispatch, drafts, placeholders, seam, standstill
from texting.models.line import owner_words
from texting.segments import count_segments, normalise_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from django.core.paginator import Page

    from texting.forms.compose import ComposeForm
    from texting.models import Draft, DraftRecipient, Line
    from texting.standstill import Standstill

# A page in the dialog; most selections are smaller.
ROWS = 100
NAMES_SHOWN = 2
# What is through sooner needs no forecast.
SOON = 60


@dataclass(frozen=True)
class LineChoice:
    """A line to send from and whose it is.

    `through_at` is when all texts will have left at its pace, None for at once or unknown.
    """

    line: Line
    owner: str
    through_at: datetime | None
    standstill: Standstill | None


@dataclass(frozen=True)
class PersonShown:
    """A person of a draft; `sharers` are others behind the same number, and `more_sharers` how many beyond these.

    `is_same_person` says that the only other one is this very human on another record.
    """

    row: DraftRecipient
    is_same_person: bool
    sharers: Sequence[str]
    more_sharers: int


def dialog(draft: Draft, form: ComposeForm, lines: Sequence[Line], show: str) -> dict[str, Any]:
    shown = people(draft, show)
    known = known_placeholders(draft)
    return {
        **shown,
        **preview(draft, known),
        "form": form,
        "lines": _choices(lines, shown["text_count"]),
        "sent_as": drafts.sent_as(draft),
        "advised": conf.ADVISED_RECIPIENTS,
        "placeholders": _braced(known),
    }


def people(draft: Draft, show: str = "") -> dict[str, Any]:
    """A page of the people; `show` is "all:2" or "rejected:1"."""
    only, _, number = show.partition(":")
    totals = draft.people.totals()
    rejected = totals["rejected"]
    wanted = draft.people.rejected() if only == "rejected" and rejected else draft.people.all()
    page = Paginator(wanted.rejected_first(), ROWS).get_page(number)
    return {
        "draft": draft,
        "page": page,
        "people": _with_sharers(draft, page),
        "only": "rejected" if only == "rejected" and rejected else "all",
        "total": totals["people"],
        "rejected": rejected,
        "accepted": totals["accepted"],
        "text_count": totals["numbers"],
    }


def review(draft: Draft, line: Line, body: str) -> dict[str, Any]:
    """Who is left out, named once more before anything leaves, and what is in braces but is no placeholder."""
    return {
        **people(draft, "rejected:1"),
        "line": line,
        "body": body,
        "unknown": _braced(placeholders.unknown_in(body, known_placeholders(draft))),
    }


def preview(draft: Draft, known: Sequence[str]) -> dict[str, Any]:
    """What the first person will read, when the body has placeholders, and whom one of them says nothing for."""
    body = normalise_body(draft.body)
    names = placeholders.names_in(body)
    first = draft.people.accepted().order_by("position").first() if names else None
    merged = placeholders.fill(body, [row.merge_values for row in _behind(draft, first)]) if first else ""
    filled = [name for name in names if name in known]
    return {
        "draft": draft,
        "example": first if filled else None,
        "merged": merged,
        "merged_segments": count_segments(merged),
        "unknown": _braced(placeholders.unknown_in(body, known)),
        "missing": [(f"{{{name}}}", count) for name in filled if (count := _count_without(draft, name))],
    }


def known_placeholders(draft: Draft) -> list[str]:
    """What the chosen kinds of record fill, in the host's order."""
    # Who is texted comes before who is left out.
    rows = draft.people.order_by("record_type", "reason", "position").distinct("record_type")
    found = seam.describe(row.key for row in rows)
    return list(dict.fromkeys(name for candidate in found.values() for name in candidate.merge_values))


def _choices(lines: Sequence[Line], text_count: int) -> list[LineChoice]:
    standing = standstill.of_lines(lines)
    owners = owner_words(lines)
    moving = dispatch.times_to_send([line for line in lines if line.pk not in standing], text_count)
    return [
        LineChoice(line, owners[line.pk], _through_at(moving.get(line.pk)), standing.get(line.pk)) for line in lines
    ]


def _braced(names: Iterable[str]) -> list[str]:
    """As they are written in a body."""
    return [f"{{{name}}}" for name in names]


def _behind(draft: Draft, row: DraftRecipient) -> list[DraftRecipient]:
    return list(draft.people.of_numbers([row.number]))


def _count_without(draft: Draft, name: str) -> int:
    return draft.people.accepted().filter(**{f"merge_values__{name}": ""}).count()


def _with_sharers(draft: Draft, page: Page[DraftRecipient]) -> list[PersonShown]:
    behind: dict[str, list[tuple[int, str, str]]] = {}
    accepted = [row.number for row in page if not row.reason]
    columns = ("position", "human", "name", "number")
    for position, human, name, number in draft.people.of_numbers(accepted).values_list(*columns):
        behind.setdefault(number, []).append((position, human, name))
    shown = []
    for row in page:
        others = [] if row.reason else [one for one in behind.get(row.number, []) if one[0] != row.position]
        names = [name for _, _, name in others]
        is_same_person = {human for _, human, _ in others} == {row.human}
        shown.append(PersonShown(row, is_same_person, names[:NAMES_SHOWN], len(names[NAMES_SHOWN:])))
    return shown


def _through_at(needed: timedelta | None) -> datetime | None:
    return timezone.now() + needed if needed and needed.total_seconds() > SOON else None
