"""One conversation as a page: its texts, whose it is, and the ways to put that right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.http import QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from texting import recipients, seam
from texting.seam import RecordKey
from texting.seam_help import get_visible
from texting.unmatched import find_link
from texting.views.answers import may_send
from texting.views.humans import humans
from texting.views.inbox import of_user
from texting.views.unmatched import tray_rows, with_latest_texts

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser
    from django.http import HttpResponse

    from texting.seam import Candidate
    from texting.views.answers import SignedInRequest

TEXTS_SHOWN = 1000
# Of each kind.
FOUND_SHOWN = 10
LOOKED_THROUGH = 200
LONGEST_QUERY = 200


class Hit(NamedTuple):
    """A record that the texts may be linked to, with its kind and the number that it is texted at."""

    candidate: Candidate
    kind: str
    number: str


@may_send
@require_safe
def conversation(request: SignedInRequest, conversation_id: int) -> HttpResponse:
    readable = of_user(request.user).select_related("dismissed_by").prefetch_related("records")
    found = get_visible(with_latest_texts(readable, TEXTS_SHOWN), conversation_id)
    records = found.records.all()
    is_unmatched = not records and found.dismissed_at is None
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
        "hits": search(request.user, words) if words and is_unmatched else [],
    }
    return render(request, "texting/inbox/conversation.html", context)


def search(user: AbstractUser, words: str) -> list[Hit]:
    """The records of each kind that a search of theirs finds and `user` may see and text, namesakes first; a few."""
    query = QueryDict(urlencode({"q": words}))
    hits = []
    for kind in seam.record_types():
        keys = [RecordKey(kind.key, pk) for pk in kind.matching_ids(user, query)[:LOOKED_THROUGH]]
        found = sorted(seam.visible(user, keys).values(), key=lambda candidate: not _is_named(candidate, words))
        hits += [Hit(candidate, str(kind.label), _number_words(candidate)) for candidate in found[:FOUND_SHOWN]]
    return hits


def _is_named(candidate: Candidate, words: str) -> bool:
    """Whether each of the words begins one of the name's; a search finds them within others too, and in jobs."""
    names = candidate.name.casefold().split()
    return all(any(name.startswith(word) for name in names) for word in words.casefold().split())


def _number_words(candidate: Candidate) -> str:
    number = recipients.choose_number(candidate.numbers, candidate.region)
    return number.words if number else ""
