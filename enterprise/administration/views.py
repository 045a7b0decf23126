from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

OPENED_BY = ("users.administer", "texting.manage_lines", "people.import_people")


def for_administrators(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Open a page to whoever may do at least one of the things it leads to."""

    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        if not any(map(request.user.has_perm, OPENED_BY)):
            raise PermissionDenied
        return view(request)

    return opened


@for_administrators
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "administration/index.html")


@for_administrators
def external_services(request: HttpRequest) -> HttpResponse:
    return render(request, "administration/external_services.html")
