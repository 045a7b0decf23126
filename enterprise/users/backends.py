"""What slows down guessing that django-axes' pair of name and address lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q, Sum
from django.utils import timezone

if TYPE_CHECKING:
    from django.http import HttpRequest

# Within AXES_COOLOFF_TIME. One address that tries many names; one name that is tried from many addresses: high enough
# that an office behind one address, or a stranger with a few of them, shuts nobody out.
ADDRESS_LIMIT = 50
NAME_LIMIT = 100


class GuessingBackend:
    """Signs nobody in; stands after django-axes' own backend and refuses when there were too many failures in all."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, **credentials: Any) -> None:
        if request is None or username is None:
            return
        recent = AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - settings.AXES_COOLOFF_TIME)
        failures = recent.aggregate(
            address=Sum("failures_since_start", filter=Q(ip_address=request.axes_ip_address)),  # type: ignore[attr-defined]
            name=Sum("failures_since_start", filter=Q(username=username.replace("\x00", ""))),
        )
        if (failures["address"] or 0) >= ADDRESS_LIMIT or (failures["name"] or 0) >= NAME_LIMIT:
            request.axes_locked_out = True  # type: ignore[attr-defined]  # its middleware answers with the page
            raise PermissionDenied
