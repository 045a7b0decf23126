from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def nothing(request: HttpRequest, **_: object) -> HttpResponse:
    raise NotImplementedError


lines = add = edit = check = pause = resume = remove = settings = nothing
