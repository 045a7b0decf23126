from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone, translation

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class ReaderMiddleware:
    """Show every page in the reader's language and every time in their zone.

    Who has chosen no language, or has not signed in, keeps the browser's, which LocaleMiddleware has found. It also
    ends what is activated here: it activates anew at each request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        if request.user.language:
            translation.activate(request.user.language)
        with timezone.override(request.user.zone):
            return self.get_response(request)
