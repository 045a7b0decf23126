from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_tables2 as tables
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enterprise.frame.tables import CardTable, KeyColumn, RowMenuColumn, Selection
from enterprise.people.wishes import note_wishes

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from enterprise.people.kinds import PersonKind
    from enterprise.people.models import Person, PersonQuerySet
    from enterprise.users.models import User


def from_width(name: str, *, also: str = "", head: str = "") -> dict[str, dict[str, str]]:
    """Show a column from a width on ("md", "xl"); on a small screen the facts stand under the name."""
    shown = f"d-none d-{name}-table-cell"
    return {"td": {"class": f"{shown} {also}".strip()}, "th": {"class": f"{shown} {head}".strip()}}


class TemplateCell(tables.Column):  # type: ignore[misc]  # the library has no types
    """A cell drawn by a template that gets `person`; `order_by` names the fields it is sorted by."""

    def __init__(self, template: str, **options: Any) -> None:
        self.template = template
        super().__init__(empty_values=(), **options)

    def render(self, record: Person, table: PersonTable) -> str:
        return render_to_string(self.template, {"person": record, "table": table})


class PersonTable(CardTable):
    """People in rows. Sorting always ends with the name, so that paging never repeats or skips anyone."""

    key = KeyColumn()
    name = TemplateCell(
        "people/_cell_name.html",
        verbose_name=gettext_lazy("Name"),
        order_by=("sort_name", "pk"),
        attrs={"th": {"class": "w-name"}},
    )
    ident = tables.Column(
        verbose_name=gettext_lazy("Id"),
        order_by=("ident", "pk"),
        attrs=from_width("xxl", also="text-secondary num", head="w-id"),
    )
    branch = tables.Column(
        verbose_name=gettext_lazy("Branch"),
        order_by=("branch__name", "sort_name", "pk"),
        attrs=from_width("xxl"),
    )
    status = TemplateCell(
        "people/_cell_status.html",
        verbose_name=pgettext_lazy("of a person", "Status"),
        order_by=("-is_active", "do_not_text", "sort_name", "pk"),
        attrs=from_width("md", head="w-state"),
    )
    number = TemplateCell(
        "people/_cell_number.html",
        verbose_name=gettext_lazy("Number for texts"),
        order_by=("number_problem", "sort_name", "pk"),
        attrs=from_width("md", also="num", head="w-number"),
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
        self.caption = _("%(people)s that match") % {"people": kind.label_plural}
        may_text = user.has_perm("texting.send")
        self.is_menu_for_texting = self.is_menu_for_texting and may_text
        if may_text or user.has_perm("hotlists.change_hotlist"):
            self.selection = Selection(kind.key, str(kind.label).lower(), str(kind.label_plural).lower())
        else:
            options["exclude"] = (*options.get("exclude", ()), "key", "menu")
        super().__init__(people, **options)

    def before_render(self, request: HttpRequest) -> None:
        super().before_render(request)
        note_wishes([row.record for row in self.paginated_rows], self.kind)

    def render_ident(self, value: str) -> str:
        return f"#{value}"

    def row_name(self, record: Person) -> str:
        return record.name


class SearchTable(PersonTable):
    """What a search found."""

    place = TemplateCell(
        "people/_cell_place.html",
        verbose_name=gettext_lazy("City"),
        order_by=("place", "sort_name", "pk"),
        attrs={"td": {"class": "from-huge"}, "th": {"class": "from-huge"}},
    )
    last_message = TemplateCell(
        "people/_cell_last_message.html",
        verbose_name=gettext_lazy("Last message"),
        attrs=from_width("xxl", also="text-secondary num", head="w-day"),
    )

    class Meta(PersonTable.Meta):
        attrs = {"class": "table card-table table-vcenter table-fit"}
        sequence = ("key", "name", "ident", "...", "place", "branch", "status", "last_message", "number", "menu")

    def __init__(
        self, people: PersonQuerySet, *, user: User, branch_count: int, is_by_words: bool = False, **options: Any
    ) -> None:
        self.is_by_words = is_by_words
        if branch_count == 1:
            options["exclude"] = ("branch",)
        super().__init__(people, user=user, **options)

    def order_name(self, people: PersonQuerySet, is_descending: bool) -> tuple[PersonQuerySet, bool]:
        """What words have found is sorted by what no index holds.

        Else the database may walk all names in order until it has met a page of those that match: for a surname late
        in the alphabet, everybody.
        """
        if not self.is_by_words:
            return people, False
        name = Concat("sort_name", Value(""))
        return people.order_by(name.desc(), "-pk") if is_descending else people.order_by(name.asc(), "pk"), True

    def order_last_message(self, people: PersonQuerySet, is_descending: bool) -> tuple[PersonQuerySet, bool]:
        """The latest first; the other way round those come first to whom nobody ever wrote."""
        last = F("last_message_at")
        by_date = last.desc(nulls_last=True) if is_descending else last.asc(nulls_first=True)
        return people.order_by(by_date, "sort_name", "pk"), True

    @property
    def sort_choices(self) -> list[tuple[str, str, bool]]:
        """What a small screen, which has no headers to click, offers: (sort, words, whether it is in force)."""
        now = self.order_by[0] if self.order_by else ""
        columns = [column for column in self.columns if column.orderable]
        return [
            choice
            for column in columns
            for choice in (
                (column.name, _("%(column)s, ascending") % {"column": column.header}, now == column.name),
                (f"-{column.name}", _("%(column)s, descending") % {"column": column.header}, now == f"-{column.name}"),
            )
        ]


def cut_column(order_by: str, *, verbose_name: StrOrPromise) -> tables.Column:
    """A column of one line, cut where it is too long, with all of it in its title."""
    return CutColumn(
        verbose_name=verbose_name,
        order_by=(order_by, "sort_name", "pk"),
        attrs=from_width("md"),
    )


class CutColumn(tables.TemplateColumn):  # type: ignore[misc]  # the library has no types
    def __init__(self, **options: Any) -> None:
        super().__init__(
            '<span class="d-block cut cut-s" title="{{ value|default:"" }}">{{ value|default:"" }}</span>', **options
        )
