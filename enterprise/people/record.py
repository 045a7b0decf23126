"""What a record page shows of a person, for one reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from enterprise.messagelog.pages import messages_on
from enterprise.people.methods import PRIORITY
from enterprise.people.same_person import linked_with
from enterprise.people.wishes import asked_elsewhere
from texting import seam

if TYPE_CHECKING:
    from collections.abc import Mapping

    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import ContactMethod, Person
    from enterprise.users.models import User
    from texting.seam import OptedOut

# Who writes into the log sees it anew, so it has to be theirs to read.
WRITING = ["messagelog.view_message", "messagelog.add_message"]
_RANK = {method_type: rank for rank, method_type in enumerate(PRIORITY)}


@dataclass(frozen=True, slots=True)
class ShownMethod:
    """A contact method with what decides about texts: whether they go to it, and whether its holder opted out."""

    method: ContactMethod
    gets_texts: bool
    opted_out: OptedOut | None


def record_page(person: Person, kind: PersonKind, user: User, query: Mapping[str, str]) -> dict[str, Any]:
    methods = shown_methods(person)
    same_person = _same_person(person, kind, user)
    person.asked_elsewhere = person.pk in asked_elsewhere([person.pk], kind)
    return {
        "kind": kind,
        "person": person,
        "same_person": same_person,
        "chosen": person.number_for_texts,
        "methods": methods,
        "opted_out": next((shown.opted_out for shown in methods if shown.gets_texts), None),
        "log": messages_on(kind.key, person.pk, query) if user.has_perm("messagelog.view_message") else None,
        "text_count": seam.text_count(_keys(person, kind, same_person)),
        "may_change": user.has_perm(kind.permission("change")),
        "may_link": user.has_perms([kind.permission("change"), kind.counterpart.permission("change")]),
        "may_text": user.has_perm("texting.send"),
        "may_log": user.has_perms(WRITING),
        "urls": _urls(kind, person),
    }


def shown_methods(person: Person) -> list[ShownMethod]:
    """Every contact method, in the order in which a number is chosen; what is no number comes last."""
    methods = sorted(
        person.entered_methods(), key=lambda method: (_RANK.get(method.type, len(_RANK)), not method.is_primary)
    )
    opted_out = seam.opted_out([method.e164 for method in methods if method.e164])
    chosen = person.number_for_texts
    return [
        ShownMethod(method, (method.type, method.value) == (chosen.type, chosen.value), opted_out.get(method.e164))
        for method in methods
    ]


def _same_person(person: Person, kind: PersonKind, user: User) -> Person | None:
    """The other record of this human, for a reader who may see it."""
    if not user.has_perm(kind.counterpart.permission("view")):
        return None
    return linked_with(person, kind.counterpart.model.objects.visible_to(user))


def _keys(person: Person, kind: PersonKind, same_person: Person | None) -> list[seam.RecordKey]:
    """The records of this human that the reader may see."""
    key = seam.RecordKey(kind.key, person.pk)
    return [key, seam.RecordKey(kind.counterpart_key, same_person.pk)] if same_person else [key]


def _urls(kind: PersonKind, person: Person) -> dict[str, str]:
    names = ("edit", "methods", "deactivate", "reactivate", "same-person", "photo", "log-message")
    return {name.replace("-", "_"): reverse(f"{kind.app}:{name}", args=[person.pk]) for name in names}
