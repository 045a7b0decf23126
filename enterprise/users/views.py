from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enterprise.people.access import signed_in
from enterprise.users.forms import AccountForm
from enterprise.users.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """How Enterprise speaks to whoever is signed in: the language, and the zone of times."""
    # Read again: what a wrong form leaves in its instance must not be what the frame shows.
    user = User.objects.select_related("home_branch").get(pk=signed_in(request).pk)
    form = AccountForm(request.POST if request.method == "POST" else None, instance=user)
    if not form.is_valid():
        return render(request, "registration/account.html", {"form": form}, status=422 if form.is_bound else 200)
    user.save(update_fields=list(form.fields))
    with translation.override(user.language or translation.get_language_from_request(request)):
        messages.success(request, _("Saved."))
    return redirect("users:account")
