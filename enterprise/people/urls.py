from __future__ import annotations

from django.urls import path

from enterprise.people import import_views, report_views, search_views

app_name = "people"
urlpatterns = [
    path("search/", search_views.search_everything, name="search"),
    path("import/", import_views.Upload.as_view(), name="import"),
    path("import/<int:pk>/", import_views.Run.as_view(), name="import-run"),
    path("textable-report/", report_views.report, name="textable-report"),
    path("textable-report.csv", report_views.download, name="textable-report-csv"),
]
