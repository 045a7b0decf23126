from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from enterprise.hotlists.models import Hotlist

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(Hotlist)
class HotlistAdmin(ModelAdmin):
    """For lists whose owner has left: they may be handed to somebody else."""

    list_display = ["name", "record_type", "owner", "branch", "changed_at"]
    list_filter = ["record_type", "branch"]
    list_select_related = ["owner", "branch"]
    search_fields = ["name"]
    readonly_fields = ["record_type", "created_at", "changed_at"]
    raw_id_fields = ["owner"]
