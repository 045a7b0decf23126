from __future__ import annotations

from django.contrib.auth import views
from django.urls import path

from enterprise.users.password_change import OwnPassword
from enterprise.users.views import account

app_name = "users"
urlpatterns = [
    path("sign-in/", views.LoginView.as_view(redirect_authenticated_user=True, next_page="home"), name="sign-in"),
    path("sign-out/", views.LogoutView.as_view(), name="sign-out"),
    path("account/", account, name="account"),
    path(
        "password/",
        OwnPassword.as_view(),
        name="password-change",
    ),
    path("password/changed/", views.PasswordChangeDoneView.as_view(), name="password-changed"),
]
