from __future__ import annotations

from django.urls import path

from enterprise.administration import (
    audit_views,
    branches_views,
    codes_views,
    first_steps_views,
    roles_views,
    users_views,
    views,
)

app_name = "administration"
urlpatterns = [
    path("", views.index, name="index"),
    path("first-steps/", first_steps_views.first_steps, name="first-steps"),
    path("external-services/", views.external_services, name="external-services"),
    path("users/", users_views.users, name="users"),
    path("users/add/", users_views.add, name="add-user"),
    path("users/<int:user_id>/", users_views.edit, name="edit-user"),
    path("users/<int:user_id>/password/", users_views.password, name="user-password"),
    path("users/<int:user_id>/deactivate/", users_views.deactivate, name="deactivate-user"),
    path("users/<int:user_id>/reactivate/", users_views.reactivate, name="reactivate-user"),
    path("users/<int:user_id>/unlock/", users_views.unlock, name="unlock-user"),
    path("roles/", roles_views.roles, name="roles"),
    path("branches/", branches_views.branches, name="branches"),
    path("branches/add/", branches_views.add, name="add-branch"),
    path("branches/<int:branch_id>/", branches_views.edit, name="edit-branch"),
    path("branches/<int:branch_id>/deactivate/", branches_views.deactivate, name="deactivate-branch"),
    path("branches/<int:branch_id>/reactivate/", branches_views.reactivate, name="reactivate-branch"),
    path("audit/", audit_views.log, name="audit"),
    path("audit.csv", audit_views.download, name="audit-csv"),
    path("action-codes/", codes_views.codes, name="codes"),
    path("action-codes/add/", codes_views.add, name="add-code"),
    path("action-codes/<int:code_id>/", codes_views.edit, name="edit-code"),
]
