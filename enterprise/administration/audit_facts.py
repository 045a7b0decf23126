"""What an entry of the audit tells besides who, what and about which: in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from enterprise.administration.audit_names import name_of, page_of, subject_of, with_owner
from enterprise.administration.audit_words import ACTIONS, FACTS, KINDS
from enterprise.assignments.models import Shift
from texting import seam_help

if TYPE_CHECKING:
    from collections.abc import Mapping

    from enterprise.administration.audit_names import Named


@dataclass(frozen=True, slots=True)
class Fact:
    """`before` is None for a fact that is no change. `url` leads to what the value names."""

    label: str
    value: str
    before: str | None = None
    url: str = ""


def facts_of(facts: Mapping[str, Any], names: Mapping[str, Named]) -> list[Fact]:
    """Of a change each value before and after; ids by the names of today."""
    facts = with_owner(facts)
    before, after = (facts.get(name) for name in ("before", "after"))
    changed = []
    if isinstance(after, dict):
        was = before if isinstance(before, dict) else {}
        changed = [
            Fact(_label(name), _value(name, value, names), _value(name, was.get(name), names) if was else None)
            for name, value in after.items()
            if not was or was.get(name) != value
        ]
    rest = {name: value for name, value in facts.items() if not (name in ("before", "after") and changed)}
    return [*changed, *(_fact(name, value, names) for name, value in rest.items() if value not in ("", None, [], {}))]


def _fact(name: str, value: Any, names: Mapping[str, Named]) -> Fact:
    return Fact(_label(name), _value(name, value, names), url=page_of(subject_of(name, value), names))


def _label(name: str) -> str:
    return str(FACTS.get(name, FACTS.get(name.removesuffix("_id"), name.replace("_", " "))))


def _value(fact: str, value: Any, names: Mapping[str, Named]) -> str:
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{KINDS.get(key, key)} {_value(fact, one, names)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_value(fact, one, names) for one in value)
    subject = subject_of(fact, value)
    return name_of(subject, names) if subject else _word(fact, value)


def _word(fact: str, value: Any) -> str:
    """A code in words, a field by its name; what is neither as it is kept."""
    codes = {"action": ACTIONS, "kind": KINDS, "shift": dict(Shift.choices), **seam_help.audited().codes}
    words = codes.get(fact, FACTS)
    return str(words.get(str(value), value))
