"""Signing in, passwords and second factors: django-allauth's pages, where ours do something more."""

from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpResponse

from accounts import credentials


class EnrolView(ActivateTOTPView):
    """Set up an authenticator app. Sessions and tokens of before, begun with a password alone, end with it."""

    def form_valid(self, form: object) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        user = self.request.user
        credentials.end_everything(user, but=self.request)
        return response
