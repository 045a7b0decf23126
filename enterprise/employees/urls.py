from __future__ import annotations

from django.urls import path

from enterprise.employees import views
from enterprise.employees.kind import EMPLOYEE
from enterprise.people.record_urls import record_urls

app_name = "employees"
urlpatterns = [
    path("", views.EmployeeList.as_view(), name="list"),
    path("add/", views.AddEmployee.as_view(), name="add"),
    path("<int:pk>/", views.EmployeeDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", views.EditEmployee.as_view(), name="edit"),
    path("<int:pk>/deactivate/", views.DeactivateEmployee.as_view(), name="deactivate"),
    path("<int:pk>/reactivate/", views.ReactivateEmployee.as_view(), name="reactivate"),
    *record_urls(EMPLOYEE),
]
