"""Who is signed in in this browser, for scripts: a page that stayed open must not act in the name of the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

NAME = "signed-in-as"


class SignedInAsMiddleware:
    """Keep the id of who is signed in in a cookie that scripts read; frame.js compares it with <body data-user>.

    It is no secret and opens nothing. It comes with the answer that signs somebody in, so it is never late.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Pages alone: a picture or a script is kept by caches.
        if response.get("Content-Type", "").startswith("text/html") and request.user.is_authenticated:
            _say(request, response)
        return response


def _say(request: HttpRequest, response: HttpResponse) -> None:
    is_secure = settings.SESSION_COOKIE_SECURE
    name = f"__Host-{NAME}" if is_secure else NAME
    if request.COOKIES.get(name) != str(request.user.pk):
        response.set_cookie(name, str(request.user.pk), secure=is_secure, samesite="Lax")
