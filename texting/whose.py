"""Whose the texts between a line and a number are, where no record is on their conversation yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texting import seam
from texting.models import ConversationRecord, NumberLink, Text, WrongLink

if TYPE_CHECKING:
    from collections.abc import Collection

    from texting.seam import Candidate, RecordKey


def who_is_it(line_id: int, number: str) -> list[Candidate]:
    """The records that texts between a line and a number belong to: [] when that is not certain.

    In this order: whom we texted last from this line, if they still hold the number and nobody has decided otherwise
    since; whom a person linked the number to; the only human who holds it, on each of that human's records. It is never
    a holder of whom somebody has said that they are the wrong one, unless they were texted after that.
    """
    candidates = seam.match_number(number)
    wrong = list(WrongLink.objects.filter(number=number))
    by_key = _without(candidates, wrong)
    link = _find_link(line_id, number, by_key)
    last = _last_text(line_id, number)
    if last and last.left_at and not (link and link.linked_at > last.left_at):
        known = _without(candidates, [one for one in wrong if one.said_at > last.left_at])
        texted = [known[one.key] for one in last.recipients.order_by("pk") if one.key in known]
        if texted:
            return texted
    linked = seam.describe([link.key]) if link else {}
    if linked:
        return list(linked.values())
    # Beside a wrong one the others are not certain either.
    return list(by_key.values()) if _is_one_human(candidates) else []


def _without(candidates: list[Candidate], wrong: list[WrongLink]) -> dict[RecordKey, Candidate]:
    keys = {one.key for one in wrong}
    return {one.key: one for one in candidates if not keys & {one.key, *one.same_person_as}}


def _find_link(line_id: int, number: str, holders: Collection[RecordKey]) -> NumberLink | None:
    """The latest that counts on a line: an old "wrong one" and a link to a holder count on each."""
    links = NumberLink.objects.filter(number=number).order_by("-linked_at", "-pk")
    return next((one for one in links if one.is_of_nobody or one.key in holders or _was_with(line_id, one)), None)


def _was_with(line_id: int, link: NumberLink) -> bool:
    """Whether texts of this line are on the record of a link: one that lacks the number is no business of the others.

    Nobody there may be able to see that record.
    """
    linked = ConversationRecord.objects.filter(record_type=link.record_type, record_id=link.record_id)
    return linked.filter(conversation__line=line_id, conversation__number=link.number).exists()


def _last_text(line_id: int, number: str) -> Text | None:
    """The latest of ours that left for somebody we know."""
    return (
        Text.objects.filter(line=line_id, number=number, recipients__isnull=False)
        .exclude(left_at__isnull=True)
        .order_by("-pk")
        .first()
    )


def _is_one_human(candidates: list[Candidate]) -> bool:
    if not candidates:
        return False
    first, *others = candidates
    return all(other.key in first.same_person_as for other in others)
