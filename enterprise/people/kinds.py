"""The kinds of person there are. Each app registers its own, so that search, import and report need not know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.humanize.templatetags.humanize import intcomma

if TYPE_CHECKING:
    from django.db import models
    from django_stubs_ext import StrOrPromise

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
    noun: StrOrPromise
    plural: StrOrPromise


@dataclass(frozen=True, slots=True)
class PersonKind:
    """`key` is the record type that texting knows. `text_columns` are the fields that only this kind has.

    `counted` is an ngettext_lazy of `number`, with a place for the written `count`: "%(count)s employees".
    `counterpart_key` names the kind whose records may be the same human; of the two, one holds the link.
    """

    key: str
    label: StrOrPromise
    label_plural: StrOrPromise
    add_words: StrOrPromise
    counted: StrOrPromise
    model: type[Person]
    method_model: type[ContactMethod]
    text_columns: tuple[str, ...]
    counterpart_key: str
    holds_same_person: bool = False
    parent: Parent | None = None

    @property
    def app(self) -> str:
        return str(self.model._meta.app_label)

    def count(self, number: int) -> str:
        """E.g. "1,284 employees"."""
        return str(self.counted % {"number": number, "count": intcomma(number)})

    @property
    def counterpart(self) -> PersonKind:
        return get_kind(self.counterpart_key)

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
