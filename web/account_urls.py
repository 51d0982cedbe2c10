"""The addresses below /accounts/: those of django-allauth that this system uses. Nobody signs up by themselves."""

from allauth.account import views
from django.urls import include, path

from web.views.accounts import ChangePasswordView, EnrolView, ReauthenticateByPasswordView

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", ReauthenticateByPasswordView.as_view(), name="account_reauthenticate"),
    path("password/change/", ChangePasswordView.as_view(), name="account_change_password"),
    path("2fa/totp/activate/", EnrolView.as_view(), name="mfa_activate_totp"),
    path("2fa/", include("allauth.mfa.urls")),
]
