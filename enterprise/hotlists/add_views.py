"""Add to hotlist, from a search or a record; remove from one, on its page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from enterprise.hotlists.forms import AddForm
from enterprise.hotlists.membership import add_people, remove_people
from enterprise.hotlists.models import Hotlist
from enterprise.hotlists.selection import read_selection
from enterprise.hotlists.views import find_visible, lock_names_of, may_change
from enterprise.people.access import signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest

    from enterprise.hotlists.membership import Added
    from enterprise.hotlists.selection import Chosen
    from enterprise.users.models import User


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Ask where to put those chosen; with `action=add`, put them there."""
    user = signed_in(request)
    chosen = read_selection(request.POST if request.method == "POST" else request.GET, user)
    if len(chosen.kinds) != 1 or not user.has_perm(chosen.kinds[0].permission("view")):
        return _refuse(request, chosen)
    is_answer = request.method == "POST" and request.POST.get("action") == "add"
    form = AddForm(request.POST if is_answer else None, user=user, kind=chosen.kinds[0])
    with transaction.atomic():
        lock_names_of(user)
        if form.is_valid():
            hotlist = form.cleaned_data["hotlist"] or _create(form, user)
            return _say_added(request, hotlist, add_people(hotlist, chosen.ids, by=user, now=timezone.now()))
    context = {"form": form, "chosen": chosen, "list_url": f"{chosen.kinds[0].app}:list"}
    return render(request, _page(request, "add"), context, status=422 if form.is_bound else 200)


@may_change
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    hotlist = find_visible(user, pk)
    ids = [key.record_id for key in read_selection(request.POST, user).keys if key.record_type == hotlist.record_type]
    count = remove_people(hotlist, ids, by=user, now=timezone.now())
    if count:
        words = ngettext(
            "%(count)s was removed from “%(hotlist)s”.", "%(count)s were removed from “%(hotlist)s”.", count
        )
        messages.success(request, words % {"count": intcomma(count), "hotlist": hotlist})
    else:
        messages.info(request, _("Nobody was removed: tick those who are to leave this hotlist."))
    if not request.headers.get("HX-Request"):
        return redirect(hotlist)
    forget = {"selection:clear": {"list": f"hotlist-{hotlist.pk}"}}
    headers = {"HX-Trigger": json.dumps(forget), "HX-Redirect": hotlist.get_absolute_url()}
    return HttpResponse(status=204, headers=headers)


def _create(form: AddForm, user: User) -> Hotlist:
    return Hotlist.objects.create(name=form.cleaned_data["name"], record_type=form.kind.key, owner=user)


def _refuse(request: HttpRequest, chosen: Chosen) -> HttpResponse:
    return render(request, _page(request, "refused"), {"chosen": chosen}, status=422)


def _say_added(request: HttpRequest, hotlist: Hotlist, added: Added) -> HttpResponse:
    """In the dialog: close it and say so where one was; as a page: go to the hotlist, which says so."""
    level = "ok" if added.added else "info"
    words = added.words(hotlist)
    if request.headers.get("HX-Request"):
        link = {"href": hotlist.get_absolute_url(), "text": _("Open the hotlist")}
        said = {"closeDialog": {}, "toast": {"text": words, "level": level, "link": link}}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(said)})
    messages.add_message(request, messages.SUCCESS if added.added else messages.INFO, words)
    return redirect(hotlist)


def _page(request: HttpRequest, name: str) -> str:
    """A fragment for the dialog, the same content as a page of its own without scripts."""
    return f"hotlists/_{name}.html" if request.headers.get("HX-Request") else f"hotlists/{name}.html"
