"""A person's own password. Changing it ends their other sessions, which hold the hash of the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.urls import reverse_lazy

from enterprise.administration import audit

if TYPE_CHECKING:
    from django.http import HttpResponse


class OwnPassword(PasswordChangeView):
    success_url = reverse_lazy("users:password-changed")

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            user_id = self.request.user.pk
            audit.record(actor_id=user_id, action="user.password_changed", subject=f"user:{user_id}", facts={})
        return response
