"""What Enterprise knows of why somebody may not text: `texting.seam_help.Access`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from enterprise.users.models import User
from texting.seam_help import Finding
from texting.vocabulary import Tone

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser


class Access:
    permission = "users.administer"

    def edit_url(self, user: AbstractUser) -> str:
        return reverse("administration:edit-user", args=[user.pk])

    def history_url(self, subject: str) -> str:
        return f"{reverse('administration:audit')}?{urlencode({'subject': subject})}"

    def findings(self, user: AbstractUser) -> list[Finding]:
        if not isinstance(user, User):
            return []
        return [self._account(user), self._roles(user), self._branch(user)]

    def _account(self, user: User) -> Finding:
        title = _("Account")
        if user.is_active:
            return Finding("account", title, Tone.OK, _("It is active."))
        return self._wrong(user, "account", title, _("It is inactive."), _("Reactivate it."))

    def _roles(self, user: User) -> Finding:
        title = _("Roles")
        roles = list(user.groups.order_by("name").values_list("name", flat=True))
        if user.is_superuser:
            return Finding("roles", title, Tone.OK, ", ".join([*roles, _("superuser")]))
        if roles:
            return Finding("roles", title, Tone.OK, ", ".join(roles))
        words = _("%(name)s has none, and may do nothing.") % {"name": user}
        return self._wrong(user, "roles", title, words, _("Give one, such as Front Office."))

    def _branch(self, user: User) -> Finding:
        title = _("Branch")
        names = [str(branch) for branch in user.branches.order_by("name")]
        if user.home_branch:
            return Finding("branch", title, Tone.OK, _("At home in %(branch)s.") % {"branch": user.home_branch})
        if names:
            words = _("No home branch. Granted: %(branches)s.") % {"branches": ", ".join(names)}
            return Finding("branch", title, Tone.OK, words)
        if user.sees_every_branch:
            return Finding("branch", title, Tone.OK, _("No home branch: every branch’s line is theirs to send from."))
        words = _("None, so there is nobody they could see and text.")
        return self._wrong(user, "branch", title, words, _("Choose a home branch."))

    def _wrong(self, user: User, key: str, title: str, words: str, fix: str) -> Finding:
        return Finding(key, title, Tone.BAD, words, fix, self.permission, self.edit_url(user), self._action(user))

    def _action(self, user: User) -> str:
        return _("Edit %(name)s") % {"name": user}
