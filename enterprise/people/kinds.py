"""The kinds of person there are. Each app registers its own, so that search, import and report need not know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db import models

    from enterprise.people.models import ContactMethod, Person


@dataclass(frozen=True, slots=True)
class Parent:
    """A record that each person of a kind belongs to, named in an import by `column`: a contact's customer.

    `field` is the attribute of the person, `name_field` the one by which the record is found, whatever its case.
    """

    column: str
    field: str
    model: type[models.Model]
    name_field: str
    noun: str


@dataclass(frozen=True, slots=True)
class PersonKind:
    """`key` is the record type that texting knows. `text_columns` are the fields that only this kind has."""

    key: str
    label: str
    label_plural: str
    model: type[Person]
    method_model: type[ContactMethod]
    text_columns: tuple[str, ...]
    parent: Parent | None = None

    @property
    def app(self) -> str:
        return str(self.model._meta.app_label)

    @property
    def id_column(self) -> str:
        return f"{self.key}_id"

    def permission(self, action: str) -> str:
        """Return e.g. "employees.view_employee" for "view"."""
        return f"{self.app}.{action}_{self.key}"

    def new(self, **values: Any) -> Person:
        return self.model(**values)

    def new_method(self, **values: Any) -> ContactMethod:
        return self.method_model(**values)


_kinds: dict[str, PersonKind] = {}


def register_kind(kind: PersonKind) -> None:
    _kinds[kind.key] = kind


def kinds() -> list[PersonKind]:
    return list(_kinds.values())


def get_kind(key: str) -> PersonKind:
    return _kinds[key]
