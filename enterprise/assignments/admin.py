from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from enterprise.assignments.models import Assignment

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(Assignment)
class AssignmentAdmin(ModelAdmin):
    list_display = ["employee", "customer", "job_title", "shift", "starts_on", "ends_on"]
    list_filter = ["shift"]
    list_select_related = ["employee", "customer"]
    search_fields = ["employee__search", "customer__name"]
    raw_id_fields = ["employee", "customer"]
    date_hierarchy = "starts_on"
