"""Who may open the Django admin, which shows every branch's rows to whoever may see their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.admin import AdminSite

from enterprise.users.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


class Site(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return super().has_permission(request) and isinstance(user, User) and user.sees_every_branch
