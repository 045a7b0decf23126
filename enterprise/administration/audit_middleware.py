from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models.functions import Now

from enterprise.administration import audit, audit_origin
from enterprise.administration.models import AuditEntry
from texting.seam_help import Hidden, note_hidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

ASKED_AGAIN = timedelta(hours=1)


class AuditMiddleware:
    """Remember the address while a request is answered, and record it when somebody is refused a page.

    That is a 403, or a 404 for what exists and is not theirs to see, or a form that names such; an address of nothing
    leaves no entry.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = audit_origin.address.set(audit_origin.client_address(request))
        try:
            response = self.get_response(request)
            if not request.user.is_authenticated:
                return response
            if response.status_code == 403:
                _record_refusal(request, "page.refused")
            elif hasattr(request, "hid_something"):
                _record_refusal(request, "page.hidden")
        finally:
            audit_origin.address.reset(token)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if isinstance(exception, Hidden):
            note_hidden(request)


def _record_refusal(request: HttpRequest, action: str) -> None:
    match = request.resolver_match
    # Ids alone: an address can also hold a webhook's secret.
    ids = {name: value for name, value in (match.kwargs if match else {}).items() if isinstance(value, int)}
    page = match.view_name if match else ""
    facts = {"method": request.method, **ids}
    user, subject = request.user.pk, f"page:{page}"[:80]
    # A page that is left open goes on asking.
    earlier = AuditEntry.objects.filter(actor=user, action=action, subject=subject, at__gt=Now() - ASKED_AGAIN)
    if action == "page.refused" or not earlier.filter(facts=facts).exists():
        audit.record(actor_id=user, action=action, subject=subject, facts=facts)
