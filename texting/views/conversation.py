"""One conversation as a page: its texts, whose it is, and the ways to put that right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.shortcuts import render
from django.views.decorators.http import require_safe

from texting import recipients, seam
from texting.seam import RecordKey
from texting.seam_help import get_visible
from texting.unmatched import find_link
from texting.views.answers import may_send
from texting.views.humans import humans
from texting.views.inbox import of_user
from texting.views.panel import note_seen
from texting.views.unmatched import tray_rows, with_latest_texts

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.http import HttpResponse

    from texting.seam import Candidate
    from texting.views.answers import SignedInRequest

TEXTS_SHOWN = 1000
# Of each kind.
FOUND_SHOWN = 10
LONGEST_QUERY = 200


class Hit(NamedTuple):
    """A record that the texts may be linked to, with its kind and the number that it is texted at."""

    candidate: Candidate
    kind: str
    number: str


class Hits(NamedTuple):
    """The first of the records of each kind that a search finds, and how many there are."""

    first: list[Hit]
    total: int


@may_send
@require_safe
def conversation(request: SignedInRequest, conversation_id: int) -> HttpResponse:
    readable = of_user(request.user).select_related("dismissed_by").prefetch_related("records")
    found = get_visible(with_latest_texts(readable, TEXTS_SHOWN), conversation_id)
    records = found.records.all()
    is_unmatched = not records and found.dismissed_at is None
    note_seen(request.user, [found])
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    visible = seam.visible(request.user, [record.key for record in records])
    link = find_link(found)
    (row,) = tray_rows(request.user, [found], TEXTS_SHOWN)
    context = {
        "conversation": found,
        "row": row,
        "people": humans(records, visible),
        "is_unmatched": is_unmatched,
        "link": link if link and link.key in visible else None,
        "words": words,
        "hits": search(request.user, words) if words and is_unmatched else None,
    }
    return render(request, "texting/inbox/conversation.html", context)


def search(user: AbstractUser, words: str) -> Hits:
    """The records of each kind that are found by `words` and that `user` may see and text, namesakes first; a few."""
    hits, total = [], 0
    for kind in seam.record_types():
        found = kind.look_up(user, words, FOUND_SHOWN)
        visible = seam.visible(user, [RecordKey(kind.key, pk) for pk in found.ids])
        hits += [Hit(one, str(kind.label), _number_words(one)) for one in visible.values()]
        total += found.total
    return Hits(hits, total)


def _number_words(candidate: Candidate) -> str:
    number = recipients.choose_number(candidate.numbers, candidate.region)
    return number.words if number else ""
