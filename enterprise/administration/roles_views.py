"""The roles there are and what each lets people do. They are made and changed in the Django admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.db.models import Count, Q
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enterprise.administration.users_views import may_administer
from enterprise.people.access import signed_in
from enterprise.users.forms import role_words
from enterprise.users.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@may_administer
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    people = Count("user", filter=Q(user__is_active=True))
    found = Group.objects.prefetch_related("permissions").annotate(people_count=people).order_by("name")
    user = signed_in(request)
    context = {
        "roles": [(role, role_words(role)) for role in found],
        "may_change": user.is_superuser and user.is_staff,
        "changers": User.objects.filter(is_active=True, is_superuser=True, is_staff=True).order_by("pk"),
    }
    return render(request, "administration/roles.html", context)
