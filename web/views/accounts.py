"""Signing in, passwords and second factors: django-allauth's pages, where ours do something more."""

from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import credentials
from accounts.models import User
from accounts.second_factor import is_enrolled


class ReauthenticateByPasswordView(ReauthenticateView):
    """Prove it by the password again: of whoever has a second factor, by that."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if isinstance(request.user, User) and is_enrolled(request.user):
            return redirect(f"{reverse('mfa_reauthenticate')}?{request.GET.urlencode()}")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class ChangePasswordView(PasswordChangeView):
    """Of whoever has a password; allauth leads all others to a page for choosing one, and that is not theirs to do."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if isinstance(request.user, User) and not request.user.has_usable_password():
            return render(request, "account/password_none.html", status=409)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class EnrolView(ActivateTOTPView):
    """Set up an authenticator app. Sessions and tokens of before, begun with a password alone, end with it."""

    def form_valid(self, form: object) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        user = self.request.user
        credentials.end_everything(user, but=self.request)
        return response
