"""Branches, service reps and customers that an import names: found whatever their case, or created if asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    from enterprise.people.imports.columns import Line
    from enterprise.people.kinds import Parent


@dataclass(slots=True)
class References:
    """What the lines of one import may refer to. `created_*` are the names of what was made for it."""

    branches: dict[str, Branch]
    reps: dict[str, User]
    parents: dict[str, Any] = field(default_factory=dict)
    created_branches: list[str] = field(default_factory=list)
    created_reps: list[str] = field(default_factory=list)
    created_parents: list[str] = field(default_factory=list)


class Missing(Protocol):
    """What happens to a name that nobody has yet: None, or words why it cannot be."""

    def __call__(self, line: Line, references: References, parent: Parent | None) -> list[str]: ...


def read_references(parent: Parent | None) -> References:
    references = References(
        branches={branch.name.casefold(): branch for branch in Branch.objects.all()},
        reps={user.username.casefold(): user for user in User.objects.all()},
    )
    if parent:
        found = parent.model._base_manager.all()
        references.parents = {str(getattr(record, parent.name_field)).casefold(): record for record in found}
    return references


def refuse_missing(line: Line, references: References, parent: Parent | None) -> list[str]:
    """Return words for each name on the line that nobody has."""
    words = []
    if line.branch and line.branch.casefold() not in references.branches:
        words.append(_("there is no branch “%(name)s”") % {"name": line.branch})
    if line.service_rep and line.service_rep.casefold() not in references.reps:
        words.append(_("there is no service rep with the user name “%(name)s”") % {"name": line.service_rep})
    if parent and line.parent and line.parent.casefold() not in references.parents:
        words.append(_("there is no %(kind)s “%(name)s”") % {"kind": parent.noun, "name": line.parent})
    return words


def create_missing(line: Line, references: References, parent: Parent | None) -> list[str]:
    """Create what the line names and nobody has; return words for what cannot be."""
    if line.branch and line.branch.casefold() not in references.branches:
        references.branches[line.branch.casefold()] = Branch.objects.create(name=line.branch)
        references.created_branches.append(line.branch)
    if parent and line.parent and line.parent.casefold() not in references.parents:
        made = parent.model._base_manager.create(**{parent.name_field: line.parent})
        references.parents[line.parent.casefold()] = made
        references.created_parents.append(line.parent)
    if line.service_rep and line.service_rep.casefold() not in references.reps:
        return _create_rep(line.service_rep, line.branch, references)
    return []


def _create_rep(username: str, branch: str, references: References) -> list[str]:
    """A created rep has no password and no role until an administrator gives them."""
    rep = User(username=username, home_branch=references.branches.get(branch.casefold()))
    rep.set_unusable_password()
    try:
        rep.clean_fields(exclude=["password"])
    except ValidationError as error:
        facts = {"name": username, "problem": " ".join(error.messages)}
        return [_("“%(name)s” is no user name: %(problem)s") % facts]
    rep.save()
    references.reps[username.casefold()] = rep
    references.created_reps.append(username)
    return []
