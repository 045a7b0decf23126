"""Users: who can sign in, as what, and where."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enterprise.administration import users_changes
from enterprise.administration.users_changes import Refused
from enterprise.administration.users_list import UserFilter, UserTable, listed_users, locked_usernames
from enterprise.people.access import signed_in
from enterprise.people.chips import chips
from enterprise.people.views import show_page
from enterprise.users.forms import NewUserForm, PasswordForm, UserForm
from enterprise.users.models import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

may_administer = permission_required("users.administer", raise_exception=True)


def of_user(view: Callable[[HttpRequest, User], HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    """Give a view its user; a superuser's account is only another superuser's business."""

    @wraps(view)
    def found(request: HttpRequest, user_id: int) -> HttpResponse:
        user = get_object_or_404(User.objects.select_related("home_branch"), pk=user_id)
        if not users_changes.may_change(signed_in(request), user):
            words = _("%(user)s is a superuser. Only a superuser can change this account.")
            messages.error(request, words % {"user": user})
            return redirect("administration:users")
        return view(request, user)

    return found


def changed_by_one(view: Callable[[HttpRequest, int], HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    """What is posted is compared with what is stored, and nobody changes that meanwhile."""

    @wraps(view)
    def alone(request: HttpRequest, user_id: int) -> HttpResponse:
        if request.method != "POST":
            return view(request, user_id)
        with transaction.atomic():
            users_changes.lock_administration()
            return view(request, user_id)

    return alone


@may_administer
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    everyone = listed_users()
    filters = UserFilter(request.GET, queryset=everyone)
    # A filter nobody can read finds nobody: silently showing everyone would be the wrong people.
    table = UserTable(filters.qs if filters.is_valid() else everyone.none())
    show_page(table, request)
    table.look_up_locked()
    context = {
        "table": table,
        "filters": filters,
        "chips": chips(filters, request.GET),
        "user_count": User.objects.count(),
    }
    return render(request, "administration/users/list.html", context)


@may_administer
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    form = NewUserForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed: str = form.cleaned_data["password"]
        password = typed or users_changes.generate_password()
        if _save(request, form, password=password):
            user = form.instance
            if not typed:
                return _show_once(request, user, password, title=_("%(user)s can sign in") % {"user": user})
            words = _("Added %(user)s, who can sign in as %(username)s now.")
            messages.success(request, words % {"user": user, "username": user.username})
            return redirect("administration:users")
    return _show_form(request, form)


@may_administer
@require_http_methods(["GET", "HEAD", "POST"])
@changed_by_one
@of_user
def edit(request: HttpRequest, user: User) -> HttpResponse:
    form = UserForm(request.POST if request.method == "POST" else None, instance=user)
    if form.is_valid() and _save(request, form):
        return redirect("administration:users")
    return _show_form(request, form)


@may_administer
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
@of_user
def password(request: HttpRequest, user: User) -> HttpResponse:
    """One's own is changed elsewhere, where the old one is asked for."""
    actor = signed_in(request)
    if user.pk == actor.pk:
        return redirect("users:password-change")
    form = PasswordForm(request.POST if request.method == "POST" else None, user=user)
    if not form.is_valid():
        context = {"form": form, "person": user}
        return render(request, "administration/users/password.html", context, status=422 if form.errors else 200)
    typed: str = form.cleaned_data["password"]
    new = typed or users_changes.generate_password()
    users_changes.set_password(actor, user, new)
    if not typed:
        return _show_once(request, user, new, title=_("%(user)s has a new password") % {"user": user})
    words = _("%(user)s has a new password, and was signed out wherever the old one was used.")
    messages.success(request, words % {"user": user})
    return redirect("administration:edit-user", user.pk)


@may_administer
@require_http_methods(["GET", "HEAD", "POST"])
@of_user
def deactivate(request: HttpRequest, user: User) -> HttpResponse:
    """Ask first; the question is a dialog where scripts run and a page where they don't."""
    if request.method != "POST" and user.pk != signed_in(request).pk:
        template = "_deactivate.html" if request.headers.get("HX-Request") else "deactivate.html"
        return render(request, f"administration/users/{template}", {"person": user})
    try:
        if users_changes.deactivate(signed_in(request), user):
            words = _(
                "%(user)s is signed out and cannot sign in any more. Texts of theirs that are queued do not leave."
            )
            messages.success(request, words % {"user": user})
        else:
            messages.info(request, _("%(name)s was inactive already.") % {"name": user})
    except Refused as refused:
        messages.error(request, refused.words)
    return redirect("administration:edit-user", user.pk)


@may_administer
@require_POST
@of_user
def reactivate(request: HttpRequest, user: User) -> HttpResponse:
    if users_changes.reactivate(signed_in(request), user):
        words = _("%(user)s can sign in again, with the password and the roles of before.")
        messages.success(request, words % {"user": user})
    else:
        messages.info(request, _("%(name)s was active already.") % {"name": user})
    return redirect("administration:edit-user", user.pk)


@may_administer
@require_POST
@of_user
def unlock(request: HttpRequest, user: User) -> HttpResponse:
    if users_changes.unlock(signed_in(request), user):
        messages.success(request, _("%(user)s can try to sign in again at once.") % {"user": user})
    else:
        messages.info(request, _("%(user)s was not locked out.") % {"user": user})
    return redirect("administration:edit-user", user.pk)


def _save(request: HttpRequest, form: UserForm, *, password: str = "") -> bool:
    """Write a valid form and say so; False when it had to be refused, which the form then tells."""
    is_new = form.instance.pk is None
    try:
        is_changed = users_changes.save_user(signed_in(request), form, password=password)
    except Refused as refused:
        form.add_error(refused.field or None, refused.words)
        return False
    except IntegrityError:
        form.add_error("username", _("Somebody has just been added with this username. Choose another."))
        return False
    if not is_new:
        saved = _("Saved %(user)s. It holds from their next click on.") % {"user": form.instance}
        level = messages.SUCCESS if is_changed else messages.INFO
        messages.add_message(request, level, saved if is_changed else _("Nothing was changed."))
    return True


def _show_form(request: HttpRequest, form: UserForm) -> HttpResponse:
    person = User.objects.select_related("home_branch").filter(pk=form.instance.pk).first()
    context = {
        "form": form,
        # As stored, not as typed.
        "person": person,
        "is_self": person is not None and person.pk == request.user.pk,
        "is_locked": bool(person and locked_usernames([person.username])),
    }
    return render(request, "administration/users/form.html", context, status=422 if form.errors else 200)


def _show_once(request: HttpRequest, user: User, password: str, *, title: str) -> HttpResponse:
    """No redirect: a password that is kept nowhere can only be in this answer."""
    context = {"person": user, "password": password, "title": title}
    return render(request, "administration/users/password_shown.html", context)
