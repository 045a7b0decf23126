"""What administrators do to branches, with the audit entries; and how many belong to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import transaction
from django.db.models import Count
from django.utils.translation import ngettext

from enterprise.administration import audit
from enterprise.administration.users_changes import Refused, lock_administration
from enterprise.people.kinds import kinds
from enterprise.users.forms import zone_words
from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from enterprise.users.forms import BranchForm


@dataclass(frozen=True, slots=True)
class BranchRow:
    """`rep_count`: the active users at home here; `people_count`: employees and contacts, active or not."""

    branch: Branch
    rep_count: int
    people_count: int

    @property
    def zone(self) -> str:
        return zone_words(self.branch.time_zone)


def list_branches() -> list[BranchRow]:
    """The active ones first. One query for the branches, one for reps, one a kind of person."""
    branches = Branch.objects.order_by("-is_active", "name")
    reps = dict(_active_reps().values_list("home_branch").annotate(Count("pk")).order_by())
    people: dict[int, int] = {}
    for kind in kinds():
        for branch_id, count in kind.model.objects.order_by().values_list("branch").annotate(Count("pk")):
            people[branch_id] = people.get(branch_id, 0) + count
    return [BranchRow(branch, reps.get(branch.pk, 0), people.get(branch.pk, 0)) for branch in branches]


def row_of(branch: Branch) -> BranchRow:
    people_count = sum(kind.model.objects.filter(branch=branch).count() for kind in kinds())
    return BranchRow(branch, _active_reps().filter(home_branch=branch).count(), people_count)


def save_branch(actor: User, form: BranchForm) -> bool:
    """Write a valid form; False when it says nothing new."""
    is_new = form.instance.pk is None
    if not is_new and not form.changed_data:
        return False
    with transaction.atomic():
        branch = form.save(commit=False)
        if is_new:
            branch.save(force_insert=True)
        else:
            branch.save(update_fields=list(form.fields))
        facts = {} if is_new else {"fields": sorted(form.changed_data)}
        _record(actor, "branch.added" if is_new else "branch.changed", branch.pk, facts)
    return True


def deactivate(actor: User, branch: Branch) -> bool:
    """Take a branch out of the drop-downs; False when it was already. Raises Refused while reps are at home there."""
    with transaction.atomic():
        lock_administration()
        if why_not := why_not_deactivate(row_of(branch)):
            raise Refused(why_not)
        changed = Branch.objects.filter(pk=branch.pk, is_active=True).update(is_active=False)
        if changed:
            _record(actor, "branch.deactivated", branch.pk, {})
    return bool(changed)


def why_not_deactivate(row: BranchRow) -> str:
    if not row.rep_count:
        return ""
    words = ngettext(
        "%(branch)s cannot be deactivated: %(count)s active user has it as home branch. Give them another one first.",
        "%(branch)s cannot be deactivated: %(count)s active users have it as home branch. Give them another one first.",
        row.rep_count,
    )
    return words % {"branch": row.branch, "count": intcomma(row.rep_count)}


def reactivate(actor: User, branch: Branch) -> bool:
    with transaction.atomic():
        changed = Branch.objects.filter(pk=branch.pk, is_active=False).update(is_active=True)
        if changed:
            _record(actor, "branch.reactivated", branch.pk, {})
    return bool(changed)


def _active_reps() -> QuerySet[User]:
    return User.objects.filter(is_active=True, home_branch__isnull=False)


def _record(actor: User, action: str, branch_id: int, facts: dict[str, list[str]]) -> None:
    audit.record(actor_id=actor.pk, action=action, subject=f"branch:{branch_id}", facts=facts)
