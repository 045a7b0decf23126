"""The pages of hotlists: all that one sees, one with its people, and naming, sharing and deleting one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Lower
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from enterprise.hotlists.forms import HotlistForm
from enterprise.hotlists.membership import delete_hotlist, note_sharing
from enterprise.hotlists.models import Hotlist
from enterprise.hotlists.tables import HotlistTable, MemberTable
from enterprise.people.access import signed_in
from enterprise.people.views import show_page
from enterprise.people.wishes import count_textable
from enterprise.users.models import User
from texting.seam_help import get_visible

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from enterprise.hotlists.models import HotlistQuerySet
    from enterprise.people.models import PersonQuerySet

LONGEST_QUERY = 200

may_view = permission_required("hotlists.view_hotlist", raise_exception=True)
may_add = permission_required("hotlists.add_hotlist", raise_exception=True)
may_change = permission_required("hotlists.change_hotlist", raise_exception=True)
may_delete = permission_required("hotlists.delete_hotlist", raise_exception=True)


@may_view
@require_safe
def hotlists(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    visible = Hotlist.objects.visible_to(user).with_counts(user).select_related("owner", "branch")
    table = HotlistTable(visible.annotate(folded_name=Lower("name")), user=user)
    show_page(table, request)
    return render(request, "hotlists/list.html", {"table": table})


@may_view
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    hotlist = get_visible(_visible(user).with_counts(user), pk)
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    table = MemberTable(_people_on(hotlist, user).search(query), hotlist=hotlist, user=user)
    show_page(table, request)
    may_text = user.has_perm("texting.send")
    context = {
        "hotlist": hotlist,
        "table": table,
        "query": query,
        "textable_count": count_textable(hotlist.people_seen_by(user), hotlist.kind) if may_text else None,
        "may_keep": hotlist.may_be_kept_by(user),
        "search_url": table.search_url,
    }
    return render(request, "hotlists/detail.html", context)


@may_add
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def create(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    if request.method == "POST":
        lock_names_of(user)
    return _edit(request, Hotlist(owner=user))


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    if request.method == "POST":
        lock_names_of(_kept(user, pk).owner)
    return _edit(request, _kept(user, pk))


@may_delete
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask first, by name and with how many are on it; the people themselves stay."""
    user = signed_in(request)
    hotlist = _kept(user, pk)
    if request.method == "POST":
        name = hotlist.name
        delete_hotlist(hotlist, by=user)
        words = _("“%(hotlist)s” was deleted. The people who were on it stay as they are.")
        messages.success(request, words % {"hotlist": name})
        return redirect("hotlists:list")
    page = "hotlists/_delete.html" if request.headers.get("HX-Request") else "hotlists/delete.html"
    return render(request, page, {"hotlist": hotlist, "member_count": hotlist.members.existing().count()})


def _edit(request: HttpRequest, hotlist: Hotlist) -> HttpResponse:
    """In a transaction, which has locked the names of its owner where something is to be saved."""
    user = signed_in(request)
    was_named, was_shared = hotlist.name, hotlist.branch_id
    form = HotlistForm(request.POST if request.method == "POST" else None, instance=hotlist, user=user)
    if form.is_valid():
        saved = form.save()
        note_sharing(saved, was=was_shared, by=user)
        words = _("“%(hotlist)s” was saved.") if was_named else _("“%(hotlist)s” was created.")
        messages.success(request, words % {"hotlist": saved})
        return redirect(saved if _visible(user).filter(pk=saved.pk).exists() else "hotlists:list")
    context = {"form": form, "hotlist": hotlist if hotlist.pk else None, "was_named": was_named}
    return render(request, "hotlists/form.html", context, status=422 if form.is_bound else 200)


def lock_names_of(owner: User) -> None:
    """A second click on Create waits for the first, and then finds the name taken."""
    User.objects.select_for_update(no_key=True).filter(pk=owner.pk).values_list("pk").get()


def find_visible(user: User, pk: int) -> Hotlist:
    """Raises Http404 for one that `user` does not see, as if there were none."""
    return get_visible(_visible(user), pk)


def _visible(user: User) -> HotlistQuerySet:
    return Hotlist.objects.visible_to(user).select_related("owner", "branch")


def _kept(user: User, pk: int) -> Hotlist:
    hotlist = find_visible(user, pk)
    if not hotlist.may_be_kept_by(user):
        raise PermissionDenied
    return hotlist


def _people_on(hotlist: Hotlist, user: User) -> PersonQuerySet:
    """Those on it whom `user` sees, with what a row shows and when they were added."""
    kind = hotlist.kind
    related = ["branch", *([kind.parent.field] if kind.parent else [])]
    added = hotlist.members.filter(record_id=OuterRef("pk")).values("added_at")
    people: PersonQuerySet = hotlist.people_seen_by(user).annotate(added_at=Subquery(added[:1]))
    return people.select_related(*related).with_methods()
