"""A django-tables2 table in the card of this product (templates/django_tables2/table.html).

class EmployeeTable(CardTable):
    caption = "Employees that match"
    selection = Selection("employee", "employee", "employees")
    key = KeyColumn()
    name = ...
    menu = RowMenuColumn()

    class Meta:
        fields = ("key", "name", ..., "menu")
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import django_tables2 as tables
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from texting.frame.templatetags.frame import icon

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Selection:
    """Rows can be ticked and texted. `record_type` and a row's id make its key: "employee:123"."""

    record_type: str
    noun: StrOrPromise
    nouns: StrOrPromise


class CardTable(tables.Table):  # type: ignore[misc]  # the library has no types
    """`caption` says to screen readers what the table holds; `selection` lets rows be ticked (with a KeyColumn first).

    `list_key` tells two lists of one record type apart, because what is ticked is kept per list.
    `scope` is what a search of its rows asks besides the page's address ("hotlist=12"), for "all that match".
    `empty_template` may say more than Meta.empty_text where there is nothing at all.
    `actions_template` adds buttons to the selection bar, `row_menu_template` items to the row menu; both get `form_id`.
    """

    caption: StrOrPromise = ""
    selection: Selection | None = None
    list_key = ""
    scope = ""
    empty_template = ""
    actions_template = ""
    row_menu_template = ""
    # Whether the row menu is Send Text for its row where there are no scripts.
    is_menu_for_texting = True
    per_page_choices = (25, 50, 100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.selection:
            own: dict[str, Any] = getattr(self, "row_attrs", None) or {}
            self.row_attrs = {**own, "data-key": self.row_key}

    @property
    def selection_list(self) -> str:
        return self.list_key or (self.selection.record_type if self.selection else "")

    @property
    def total(self) -> int:
        """All rows that match, on whatever page."""
        return int(self.paginator.count if hasattr(self, "paginator") else len(self.rows))

    @property
    def total_words(self) -> str:
        return intcomma(self.total)

    def paginate(self, *args: Any, per_page: int | None = None, **kwargs: Any) -> Any:
        """As the library's, but an address that asks for a million rows gets the largest page there is."""
        asked = per_page or self.per_page_choices[0]
        return super().paginate(*args, per_page=min(asked, max(self.per_page_choices)), **kwargs)

    @property
    def query(self) -> str:
        """The search that finds all rows, on whatever page and in whatever order; it needs RequestConfig."""
        fields = self.request.GET.copy() if getattr(self, "request", None) else QueryDict(mutable=True)
        for name in (self.prefixed_page_field, self.prefixed_per_page_field, self.prefixed_order_by_field):
            fields.pop(name, None)
        for name, values in QueryDict(self.scope).lists():
            fields.setlist(name, values)
        return str(fields.urlencode())

    @property
    def form_id(self) -> str:
        return f"selection-{self.selection_list}"

    def row_key(self, record: Any) -> str:
        """What a ticked row posts. A list of several kinds of record overrides this."""
        kind = self.selection.record_type if self.selection else "row"
        return f"{kind}:{record['pk'] if isinstance(record, dict) else record.pk}"

    def row_name(self, record: Any) -> str:
        return str(record.get("name", "")) if isinstance(record, dict) else str(record)


class KeyColumn(tables.Column):  # type: ignore[misc]
    """The tick box of a row. It belongs to the selection form by its `form` attribute, so it works without scripts."""

    empty_values = ()

    def __init__(self, **extra: Any) -> None:
        cell = {"class": "w-1"}
        super().__init__(empty_values=(), orderable=False, attrs={"th": cell, "td": cell}, **extra)

    @property
    def header(self) -> SafeString:
        return format_html(
            '<input class="form-check-input m-0 js-only" type="checkbox" data-select-page '
            'aria-label="{}" autocomplete="off"><span class="visually-hidden no-js-only">{}</span>',
            _("Select this page"),
            _("Selected"),
        )

    def render(self, record: Any, table: CardTable) -> SafeString:
        return format_html(
            '<input class="form-check-input m-0" type="checkbox" name="keys" value="{}" form="{}" data-select '
            'autocomplete="off" aria-label="{}">',
            table.row_key(record),
            table.form_id,
            _("Select %(name)s") % {"name": table.row_name(record)},
        )


class RowMenuColumn(tables.Column):  # type: ignore[misc]
    """The "…" of a row, which opens the row menu; without scripts it is Send Text for this row."""

    empty_values = ()

    def __init__(self, **extra: Any) -> None:
        cell = {"class": "w-1 text-end"}
        super().__init__(empty_values=(), orderable=False, attrs={"th": cell, "td": cell}, **extra)

    @property
    def header(self) -> SafeString:
        return format_html('<span class="visually-hidden">{}</span>', _("Row menu"))

    def render(self, record: Any, table: CardTable) -> SafeString:
        name = table.row_name(record)
        opener = format_html(
            '<button class="btn btn-icon btn-sm btn-ghost js-only" type="button" data-row-menu aria-haspopup="menu" '
            'aria-expanded="false" aria-label="{}">{}</button>',
            _("Actions for %(name)s") % {"name": name},
            icon("dots"),
        )
        if not table.is_menu_for_texting:
            return opener
        return opener + format_html(
            '<button class="btn btn-icon btn-sm btn-ghost no-js-only" type="submit" form="{}-one" name="keys" '
            'value="{}" aria-label="{}">{}</button>',
            table.form_id,
            table.row_key(record),
            _("Send Text to %(name)s") % {"name": name},
            icon("device-mobile"),
        )
