from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from enterprise.messagelog.models import ActionCode, Message

if TYPE_CHECKING:
    from django.http import HttpRequest

    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(ActionCode)
class ActionCodeAdmin(ModelAdmin):
    list_display = ["name", "description", "for_employees", "for_contacts", "is_active", "deactivates"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """None is ever deleted: one that is not wanted any more is made inactive."""
        return False


@admin.register(Message)
class MessageAdmin(ModelAdmin):
    """To be read: what was said is evidence."""

    list_display = ["created_at", "record_type", "record_id", "action_code", "author_name"]
    list_filter = ["action_code", "record_type"]
    list_select_related = ["action_code"]
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
