"""Search and record pages of one kind of person; each app names its kind, table and filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import EmptyPage, PageNotAnInteger
from django.shortcuts import render
from django_tables2 import RequestConfig

from enterprise.people.access import KindView
from enterprise.people.chips import chips
from enterprise.people.record import record_page
from enterprise.people.tables import SearchTable

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from enterprise.frame.tables import CardTable
    from enterprise.people.filters import PersonFilter


class PersonList(KindView):
    filter_class: type[PersonFilter]
    table_class: type[SearchTable]

    def get(self, request: HttpRequest) -> HttpResponse:
        visible = self.visible()
        filters = self.filter_class(request.GET, queryset=visible, user=self.user)
        # A filter nobody can read finds nobody: silently showing everyone would be the wrong people.
        found = filters.qs if filters.is_valid() else visible.none()
        in_force = chips(filters, request.GET)
        branch_count = len(filters.form["branch"])
        is_by_words = filters.is_valid() and bool(filters.form.cleaned_data["q"])
        table = self.table_class(
            found, kind=self.kind, user=self.user, branch_count=branch_count, is_by_words=is_by_words
        )
        show_page(table, request)
        is_narrowed = bool(in_force) or not filters.is_valid()
        visible_count = visible.count() if is_narrowed else table.total
        table.has_people = visible_count > 0
        context = {
            "kind": self.kind,
            "table": table,
            "filters": filters,
            "chips": in_force,
            "visible_count": visible_count,
            "may_add": self.user.has_perm(self.kind.permission("add")),
            "add_url": f"{self.kind.app}:add",
        }
        return render(request, "people/list.html", context)


class PersonDetail(KindView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = record_page(self.get_person(pk), self.kind, self.user, request.GET)
        return render(request, "people/record.html", context)


def show_page(table: CardTable, request: HttpRequest) -> None:
    """Sort and page as the address says; a page that is not there shows the nearest that is."""
    RequestConfig(request, paginate=False).configure(table)
    per_page = _per_page(table, request.GET.get(table.prefixed_per_page_field, ""))
    wanted: Any = request.GET.get(table.prefixed_page_field, 1)
    try:
        table.paginate(page=wanted, per_page=per_page)
    except PageNotAnInteger:
        table.page = table.paginator.page(1)
    except EmptyPage:
        table.page = table.paginator.page(1 if str(wanted).startswith("-") else table.paginator.num_pages)


def _per_page(table: CardTable, asked: str) -> int:
    choices = table.per_page_choices
    return next((choice for choice in choices if str(choice) == asked), choices[0])
