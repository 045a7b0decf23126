from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enterprise.frame.tables import CardTable
from enterprise.people.tables import PersonTable

if TYPE_CHECKING:
    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise

    from enterprise.hotlists.models import Hotlist, HotlistQuerySet
    from enterprise.people.models import PersonQuerySet
    from enterprise.users.models import User

_FROM_MEDIUM = {"class": "d-none d-md-table-cell"}
_FROM_LARGE = {"class": "d-none d-lg-table-cell"}
_GREY_FROM_LARGE = {"td": {"class": "d-none d-lg-table-cell text-secondary num"}, "th": _FROM_LARGE}
_ICON = {"td": {"class": "w-1 text-end"}, "th": {"class": "w-1"}}


class IconColumn(tables.TemplateColumn):  # type: ignore[misc]  # the library has no types
    """A button in a row, drawn by a template that gets `record`; `words` head the column for screen readers."""

    def __init__(self, template_name: str, *, words: StrOrPromise) -> None:
        super().__init__(template_name=template_name, verbose_name=words, orderable=False, attrs=_ICON)

    @property
    def header(self) -> SafeString:
        return format_html('<span class="visually-hidden">{}</span>', self.verbose_name)


class HotlistTable(CardTable):
    """The hotlists that somebody sees."""

    caption = _("Hotlists")
    empty_template = "hotlists/_none_yet.html"

    name = tables.TemplateColumn(
        template_name="hotlists/_cell_name.html",
        verbose_name=_("Name"),
        order_by=("folded_name", "pk"),
        attrs={"td": {"class": "lead"}},
    )
    record_type = tables.Column(
        verbose_name=_("Kind"),
        order_by=("record_type", "folded_name", "pk"),
        attrs={"td": _FROM_MEDIUM, "th": _FROM_MEDIUM},
    )
    seen_count = tables.TemplateColumn(
        template_name="hotlists/_cell_count.html",
        verbose_name=_("People"),
        order_by=("seen_count", "folded_name", "pk"),
        attrs={
            "td": {"class": "d-none d-md-table-cell text-end num pe-4"},
            "th": {"class": "d-none d-md-table-cell text-end pe-4"},
        },
    )
    branch = tables.Column(
        verbose_name=_("Shared with"),
        empty_values=(),
        order_by=("branch__name", "folded_name", "pk"),
        attrs={"td": _FROM_MEDIUM, "th": _FROM_MEDIUM},
    )
    owner = tables.Column(
        verbose_name=_("Owner"),
        order_by=("owner__first_name", "owner__last_name", "folded_name", "pk"),
        attrs={"td": _FROM_LARGE, "th": _FROM_LARGE},
    )
    changed_at = tables.TemplateColumn(
        "{% load frame %}{% when value %}", verbose_name=_("Changed"), attrs=_GREY_FROM_LARGE
    )
    text = IconColumn("hotlists/_cell_text.html", words=pgettext_lazy("verb", "Text"))

    class Meta:
        order_by = "name"

    def __init__(self, hotlists: HotlistQuerySet, *, user: User, **options: Any) -> None:
        if not user.has_perm("texting.send"):
            options["exclude"] = ("text",)
        super().__init__(hotlists, **options)

    def render_branch(self, value: Any) -> str:
        return str(value) if value else gettext("Nobody else")

    def render_record_type(self, record: Hotlist) -> str:
        return str(record.kind.label_plural)


class MemberTable(PersonTable):
    """The people on one hotlist."""

    caption = _("People on this hotlist")
    empty_template = "hotlists/_nobody_on_it.html"
    actions_template = "hotlists/_remove_button.html"
    row_menu_template = "hotlists/_remove_item.html"
    # A column of its own is.
    is_menu_for_texting = False

    role = tables.TemplateColumn(
        template_name="hotlists/_cell_role.html",
        verbose_name=_("Job"),
        orderable=False,
        attrs={"td": {"class": "d-none d-md-table-cell lead"}, "th": _FROM_MEDIUM},
    )
    added_at = tables.TemplateColumn(
        "{% load frame %}{% when value %}",
        verbose_name=_("Added"),
        order_by=("added_at", "sort_name", "pk"),
        attrs=_GREY_FROM_LARGE,
    )
    text = IconColumn("hotlists/_cell_text_person.html", words=pgettext_lazy("verb", "Text"))

    class Meta(PersonTable.Meta):
        sequence = ("key", "name", "ident", "role", "branch", "status", "number", "added_at", "text", "menu")

    def __init__(self, people: PersonQuerySet, *, hotlist: Hotlist, user: User, **options: Any) -> None:
        self.hotlist = hotlist
        super().__init__(people, kind=hotlist.kind, user=user, **options)
        self.list_key = f"hotlist-{hotlist.pk}"
        self.scope = hotlist.query
        self.search_url = f"{hotlist.kind.app}:list"
        if not user.has_perm("texting.send"):
            self.columns.hide("text")
