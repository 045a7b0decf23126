"""Saved lists of employees or of contacts, for texting the same people again and again.

Who sees a hotlist: its owner, and everybody of the branch it is shared with; a private one is its owner's alone, and no
administrator's. Who sees it may add and remove people; only its owner or an administrator renames, shares and deletes
it. Of the people on it each reader sees, and texts, those of their own branches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enterprise.messagelog.models import RecordKind
from enterprise.people.kinds import get_kind, kinds
from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import PersonQuerySet


class HotlistQuerySet(models.QuerySet["Hotlist"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Those `user` owns or shares in, of the kinds of people they may look at: the one place that decides it."""
        if not isinstance(user, User) or not user.has_perm("hotlists.view_hotlist"):
            return self.none()
        record_types = [kind.key for kind in kinds() if user.has_perm(kind.permission("view"))]
        theirs = Q(owner=user) | Q(branch__in=user.visible_branches())
        return self.filter(theirs, record_type__in=record_types)

    def with_counts(self, user: User) -> Self:
        """Add `seen_count`, the people on it whom `user` sees, and `all_count`."""
        return self.annotate(
            seen_count=_count(HotlistMember.objects.visible_to(user)),
            all_count=_count(HotlistMember.objects.existing()),
        )


class Hotlist(models.Model):
    """`branch` shares it with that branch; without one it is private. `record_type` never changes."""

    name = models.CharField(max_length=80)
    record_type = models.CharField(_("kind"), max_length=20, choices=RecordKind.choices)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="hotlists")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("shared with"))
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = HotlistQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="hotlist_name_once_per_owner"),
            models.CheckConstraint(condition=~Q(name=""), name="hotlist_has_a_name"),
        ]

    if TYPE_CHECKING:
        seen_count: int
        all_count: int

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("hotlists:detail", args=[self.pk])

    @property
    def kind(self) -> PersonKind:
        return get_kind(self.record_type)

    @property
    def query(self) -> str:
        """The search that finds who is on it: how "all of them" is said to texting."""
        return f"hotlist={self.pk}"

    @property
    def seen_words(self) -> str:
        """E.g. "14 employees": those whom the reader sees; only after `with_counts`."""
        return self.kind.count(self.seen_count)

    @property
    def unseen_count(self) -> int:
        """How many are on it whom the reader cannot see; only after `with_counts`."""
        return self.all_count - self.seen_count

    def may_be_kept_by(self, user: User) -> bool:
        """Whether `user` may rename, share and delete it."""
        return self.owner_id == user.pk or user.sees_every_branch

    def people_seen_by(self, user: User) -> PersonQuerySet:
        """Those on it whom `user` may see."""
        return self.kind.model.objects.visible_to(user).filter(pk__in=self.members.values("record_id"))

    @staticmethod
    def is_name_taken(name: str, *, owner_id: int, but_by: int | None = None) -> bool:
        """Whether the owner has a hotlist of this name, whatever its case, other than `but_by`."""
        same = Hotlist.objects.annotate(folded=Lower("name")).filter(owner=owner_id, folded=Lower(Value(name)))
        return (same.exclude(pk=but_by) if but_by else same).exists()


class HotlistMemberQuerySet(models.QuerySet["HotlistMember"]):
    def visible_to(self, user: User) -> Self:
        return self._among(lambda kind: kind.model.objects.visible_to(user))

    def existing(self) -> Self:
        """Without those whose record has vanished."""
        return self._among(lambda kind: kind.model.objects.all())

    def _among(self, people: Callable[[PersonKind], PersonQuerySet]) -> Self:
        found = Q()
        for kind in kinds():
            one = people(kind).order_by().filter(pk=OuterRef("record_id"))
            found |= Q(Exists(one), hotlist__record_type=kind.key)
        return self.filter(found)


class HotlistMember(models.Model):
    """A record on a hotlist, named as texting names it: by the hotlist's `record_type` and an id."""

    hotlist = models.ForeignKey(Hotlist, on_delete=models.CASCADE, related_name="members")
    record_id = models.BigIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = HotlistMemberQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["hotlist", "record_id"], name="hotlist_member_once")]

    def __str__(self) -> str:
        return f"record {self.record_id} on hotlist {self.hotlist_id}"


def _count(members: HotlistMemberQuerySet) -> Any:
    of_one = members.filter(hotlist=OuterRef("pk")).order_by().values("hotlist")
    return Coalesce(Subquery(of_one.annotate(count=Count("pk")).values("count")), 0)
