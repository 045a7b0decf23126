from __future__ import annotations

from typing import TYPE_CHECKING

from enterprise.administration import audit, audit_origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class AuditMiddleware:
    """Remember the address while a request is answered, and record it when somebody is refused a page (403)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = audit_origin.address.set(audit_origin.client_address(request))
        try:
            response = self.get_response(request)
            if response.status_code == 403 and request.user.is_authenticated:
                _record_refusal(request)
        finally:
            audit_origin.address.reset(token)
        return response


def _record_refusal(request: HttpRequest) -> None:
    match = request.resolver_match
    # Ids alone: an address can also hold a webhook's secret.
    ids = {name: value for name, value in (match.kwargs if match else {}).items() if isinstance(value, int)}
    page = match.view_name if match else ""
    facts = {"method": request.method, **ids}
    audit.record(actor_id=request.user.pk, action="page.refused", subject=f"page:{page}"[:80], facts=facts)
