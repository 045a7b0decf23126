from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from enterprise.people.models import ImportRun

if TYPE_CHECKING:
    from django.http import HttpRequest

    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline


class MethodInline(TabularInline):
    extra = 0
    fields = ["type", "value", "is_primary", "e164", "problem"]
    readonly_fields = ["e164", "problem"]


class PersonAdmin(ModelAdmin):
    """Records are deactivated, not deleted: what was texted and logged belongs to them."""

    list_display = ["ident", "first_name", "last_name", "branch", "is_active", "do_not_text"]
    list_filter = ["branch", "is_active", "do_not_text"]
    list_select_related = ["branch"]
    search_fields = ["search"]
    raw_id_fields = ["service_rep"]
    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.refresh_search()


@admin.register(ImportRun)
class ImportRunAdmin(ModelAdmin):
    list_display = ["file_name", "uploaded_by", "uploaded_at", "imported_at"]
    list_select_related = ["uploaded_by"]
    exclude = ["content"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
