"""Put people on a hotlist and take them off; share and delete one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enterprise.administration import audit
from enterprise.hotlists.models import Hotlist, HotlistMember

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from enterprise.users.models import User

CHUNK = 1000


class Added(NamedTuple):
    """`unseen`: those who are not there any more, or not theirs to see. They were left out."""

    added: int
    already: int
    unseen: int

    def words(self, hotlist: Hotlist) -> str:
        """E.g. "12 were added to “Nights”. 3 were on “Nights” already."."""
        said = []
        if self.added:
            words = ngettext(
                "%(count)s was added to “%(hotlist)s”.", "%(count)s were added to “%(hotlist)s”.", self.added
            )
            said.append(words % {"count": intcomma(self.added), "hotlist": hotlist})
        if self.already:
            words = ngettext(
                "%(count)s was on “%(hotlist)s” already.", "%(count)s were on “%(hotlist)s” already.", self.already
            )
            said.append(words % {"count": intcomma(self.already), "hotlist": hotlist})
        if self.unseen:
            words = ngettext(
                "%(count)s was left out: not there any more, or of a branch you do not see.",
                "%(count)s were left out: not there any more, or of a branch you do not see.",
                self.unseen,
            )
            said.append(words % {"count": intcomma(self.unseen)})
        return " ".join(said) or _("Nobody was added.")


@transaction.atomic
def add_people(hotlist: Hotlist, ids: Sequence[int], *, by: User, now: datetime) -> Added:
    """Put the records among `ids` that `by` may see on the hotlist, in their order; who is on it stays as they are."""
    _lock(hotlist)
    visible = set(hotlist.kind.model.objects.visible_to(by).filter(pk__in=ids).values_list("pk", flat=True))
    there = set(hotlist.members.filter(record_id__in=visible).values_list("record_id", flat=True))
    wanted = list(dict.fromkeys(ids))
    new = [record_id for record_id in wanted if record_id in visible and record_id not in there]
    members = [HotlistMember(hotlist=hotlist, record_id=record_id, added_by=by) for record_id in new]
    HotlistMember.objects.bulk_create(members, batch_size=CHUNK)
    if new:
        _touch(hotlist, now)
    return Added(len(new), len(there), len(wanted) - len(visible))


@transaction.atomic
def remove_people(hotlist: Hotlist, ids: Iterable[int], *, by: User, now: datetime) -> int:
    """Take those among `ids` whom `by` may see off the hotlist; return how many were on it."""
    _lock(hotlist)
    people = hotlist.people_seen_by(by).filter(pk__in=list(ids)).order_by()
    count, _ = hotlist.members.filter(record_id__in=list(people.values_list("pk", flat=True))).delete()
    if count:
        _touch(hotlist, now)
    return count


def note_sharing(hotlist: Hotlist, *, was: int | None, by: User) -> None:
    """Record that it is shared with another branch than `was`, in the caller's transaction."""
    if hotlist.branch_id == was:
        return
    action = "hotlist.shared" if hotlist.branch_id else "hotlist.unshared"
    facts = {"branch": hotlist.branch_id, "was": was}
    audit.record(actor_id=by.pk, action=action, subject=f"hotlist:{hotlist.pk}", facts=facts)


@transaction.atomic
def delete_hotlist(hotlist: Hotlist, *, by: User) -> None:
    facts = {"owner": hotlist.owner_id, "branch": hotlist.branch_id, "members": hotlist.members.count()}
    audit.record(actor_id=by.pk, action="hotlist.deleted", subject=f"hotlist:{hotlist.pk}", facts=facts)
    hotlist.delete()


def _lock(hotlist: Hotlist) -> None:
    """Two who add the same people at once wait for each other, so that each is told what they did."""
    Hotlist.objects.select_for_update().filter(pk=hotlist.pk).values_list("pk").get()


def _touch(hotlist: Hotlist, now: datetime) -> None:
    Hotlist.objects.filter(pk=hotlist.pk).update(changed_at=now)
