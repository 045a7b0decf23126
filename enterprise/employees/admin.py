from __future__ import annotations

from django.contrib import admin

from enterprise.employees.models import Employee, EmployeeContactMethod
from enterprise.people.admin import MethodInline, PersonAdmin


class EmployeeMethodInline(MethodInline):
    model = EmployeeContactMethod


@admin.register(Employee)
class EmployeeAdmin(PersonAdmin):
    inlines = [EmployeeMethodInline]
