"""What holds for everybody who is signed in: a session ends, and no page stays behind in the browser."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.cache import patch_cache_control

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest, HttpResponse

# A working day without a click; and one that never ends, for a session that somebody else goes on with.
LONGEST_IDLE = timedelta(hours=8)
LONGEST = timedelta(hours=12)
# How exactly the last use is kept: writing it at each click would cost a write for each.
STEP = timedelta(minutes=5)
BEGUN, USED = "begun_at", "used_at"


class SignedInMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and _is_over(request.session):
            request.session.flush()
            request.user = AnonymousUser()
        is_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if is_signed_in and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


def begin(request: HttpRequest, **_signal: Any) -> None:
    """Note when a session begins; called when somebody signs in."""
    request.session[BEGUN] = request.session[USED] = timezone.now().timestamp()


def _is_over(session: SessionBase) -> bool:
    """Whether the session has lasted or rested too long; else its use is noted."""
    now = timezone.now().timestamp()
    # One from before these were kept begins now.
    begun, used = session.setdefault(BEGUN, now), session.setdefault(USED, now)
    if now - begun > LONGEST.total_seconds() or now - used > LONGEST_IDLE.total_seconds():
        return True
    if now - used > STEP.total_seconds():
        session[USED] = now
    return False
