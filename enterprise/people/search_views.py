"""Search everything: the best few of each kind, and the way to all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from enterprise.people.access import signed_in
from enterprise.people.kinds import kinds
from enterprise.people.wishes import note_wishes

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import Person
    from enterprise.users.models import User

SHOWN = 8
LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class Found:
    kind: PersonKind
    people: list[Person]
    count: int
    all_url: str


@require_safe
def search_everything(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    found = [_find(kind, query, user) for kind in kinds() if query and user.has_perm(kind.permission("view"))]
    context = {"query": query, "found": [each for each in found if each.count]}
    return render(request, "people/search.html", context)


def _find(kind: PersonKind, query: str, user: User) -> Found:
    matching = kind.model.objects.visible_to(user).search(query)
    related = ["branch", *([kind.parent.field] if kind.parent else [])]
    people = list(matching.select_related(*related).with_methods()[:SHOWN])
    note_wishes(people, kind)
    all_url = f"{reverse(f'{kind.app}:list')}?{urlencode({'q': query})}"
    return Found(kind, people, matching.count() if len(people) == SHOWN else len(people), all_url)
