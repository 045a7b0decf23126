from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from enterprise.users.models import Branch, User

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    AnyUserAdmin = UserAdmin[User]
else:
    ModelAdmin, AnyUserAdmin = admin.ModelAdmin, UserAdmin


@admin.register(Branch)
class BranchAdmin(ModelAdmin):
    list_display = ["name", "time_zone", "region", "is_active"]
    search_fields = ["name"]


@admin.register(User)
class RepAdmin(AnyUserAdmin):
    list_display = ["username", "first_name", "last_name", "home_branch", "is_active"]
    list_filter = ["groups", "home_branch", "is_active"]
    list_select_related = ["home_branch"]
    filter_horizontal = [*UserAdmin.filter_horizontal, "branches"]
    fieldsets = [*(UserAdmin.fieldsets or []), ("Enterprise", {"fields": ["home_branch", "branches", "time_zone"]})]
    add_fieldsets = [*UserAdmin.add_fieldsets, ("Enterprise", {"fields": ["home_branch", "groups"]})]
