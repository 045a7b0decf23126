from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_tables2 as tables
from django.template.loader import render_to_string

from enterprise.frame.tables import CardTable, KeyColumn, RowMenuColumn, Selection

if TYPE_CHECKING:
    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import Person, PersonQuerySet
    from enterprise.users.models import User

# "d-none d-md-table-cell": on a small screen the facts stand under the name.
_FROM_MEDIUM = {"class": "d-none d-md-table-cell"}
_FROM_LARGE = {"class": "d-none d-lg-table-cell"}


class TemplateCell(tables.Column):  # type: ignore[misc]  # the library has no types
    """A cell drawn by a template that gets `person`; `order_by` names the fields it is sorted by."""

    def __init__(self, template: str, **options: Any) -> None:
        self.template = template
        super().__init__(empty_values=(), **options)

    def render(self, record: Person, table: PersonTable) -> str:
        return render_to_string(self.template, {"person": record, "table": table})


class PersonTable(CardTable):
    """What a search found. Sorting always ends with the name, so that paging never repeats or skips anyone."""

    key = KeyColumn()
    name = TemplateCell("people/_cell_name.html", order_by=("sort_name", "pk"))
    ident = tables.Column(
        verbose_name="Id",
        order_by=("ident", "pk"),
        attrs={"td": {"class": "d-none d-md-table-cell text-secondary num"}, "th": _FROM_MEDIUM},
    )
    branch = tables.Column(order_by=("branch__name", "sort_name", "pk"), attrs={"td": _FROM_LARGE, "th": _FROM_LARGE})
    status = TemplateCell(
        "people/_cell_status.html",
        order_by=("-is_active", "sort_name", "pk"),
        attrs={"td": _FROM_MEDIUM, "th": _FROM_MEDIUM},
    )
    number = TemplateCell(
        "people/_cell_number.html",
        verbose_name="Number for texts",
        orderable=False,
        attrs={"td": {"class": "d-none d-md-table-cell num"}, "th": _FROM_MEDIUM},
    )
    menu = RowMenuColumn()

    empty_template = "people/_nobody_found.html"
    actions_template = "hotlists/_add_button.html"
    row_menu_template = "hotlists/_add_item.html"
    # Whether there is anybody whom other filters would find.
    has_people = True

    class Meta:
        order_by = "name"
        sequence: tuple[str, ...] = ("key", "name", "ident", "...", "branch", "status", "number", "menu")

    def __init__(self, people: PersonQuerySet, *, kind: PersonKind, user: User, **options: Any) -> None:
        self.kind = kind
        self.may_add = user.has_perm(kind.permission("add"))
        self.add_url = f"{kind.app}:add"
        self.caption = f"{kind.label_plural} that match"
        if user.has_perm("texting.send"):
            self.selection = Selection(kind.key, kind.label.lower(), kind.label_plural.lower())
        else:
            options["exclude"] = ("key", "menu")
        super().__init__(people, **options)

    def render_ident(self, value: str) -> str:
        return f"#{value}"

    def row_name(self, record: Person) -> str:
        return record.name


def cut_column(order_by: str, *, verbose_name: str) -> tables.Column:
    """A column of one line, cut where it is too long, with all of it in its title."""
    return CutColumn(
        verbose_name=verbose_name,
        order_by=(order_by, "sort_name", "pk"),
        attrs={"td": _FROM_MEDIUM, "th": _FROM_MEDIUM},
    )


class CutColumn(tables.TemplateColumn):  # type: ignore[misc]  # the library has no types
    def __init__(self, **options: Any) -> None:
        super().__init__(
            '<span class="d-block cut cut-s" title="{{ value|default:"" }}">{{ value|default:"" }}</span>', **options
        )
