"""What is answered when a request fails by an error: of ours, or for want of the database."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

if TYPE_CHECKING:
    from django.http import HttpRequest

# Web has given up on a frozen PostgreSQL before, so there is no use in asking at once.
RETRY_AFTER_SECONDS = 30


def answer_error(request: HttpRequest) -> HttpResponse:
    """The project's `handler500`, which Django calls while the error is being handled, in a view or before it."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
