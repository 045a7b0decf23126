"""The hotlists of the demo firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enterprise.hotlists.membership import add_people
from enterprise.hotlists.models import Hotlist
from enterprise.users.models import User

if TYPE_CHECKING:
    from datetime import datetime

KEPT_BY = "riya"
MEMBERS = 14


def make_hotlists(now: datetime) -> None:
    """One of employees, shared with the branch, and one of contacts, private; made again, they stay as they are."""
    owner = User.objects.get(username=KEPT_BY)
    _make(Hotlist(name="Nights forklift", record_type="employee", branch=owner.home_branch), "forklift", owner, now)
    _make(Hotlist(name="Plant managers", record_type="contact"), "plant manager", owner, now)


def _make(hotlist: Hotlist, query: str, owner: User, now: datetime) -> None:
    if Hotlist.is_name_taken(hotlist.name, owner_id=owner.pk):
        return
    hotlist.owner = owner
    hotlist.save()
    found = hotlist.kind.model.objects.visible_to(owner).search(query)
    ids = found.order_by("pk").values_list("pk", flat=True)[:MEMBERS]
    add_people(hotlist, list(ids), by=owner, now=now)
