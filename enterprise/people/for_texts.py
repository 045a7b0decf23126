"""A record that is made for texts of an unknown number: the number filled in, and the texts handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from texting import seam
from texting.numbers import format_number
from texting.vocabulary import MethodType

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from enterprise.people.models import Person


def query(e164: str, made_for: str) -> str:
    return urlencode({"number": e164, "made_for": made_for})


def first_methods(request: HttpRequest) -> list[dict[str, str]]:
    """What the contact methods of the new record begin with."""
    number = request.GET.get("number", "")
    return [{"type": MethodType.CELL_PHONE.value, "value": format_number(number)}] if number else []


def hand_over(request: HttpRequest, kind: str, person: Person) -> HttpResponse | None:
    """Give the texts it was made for to a new record; None when it was made for none."""
    return seam.record_made(request, request.GET.get("made_for", ""), seam.RecordKey(kind, person.pk))
