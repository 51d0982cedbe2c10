"""Forms of django-allauth that judge a code or a password: here as everywhere, behind the guard."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from django import forms
from django.contrib.auth import authenticate
from django.utils.translation import gettext as _

from accounts import signing_in
from accounts.errors import LockedOut, WrongCode


class GuardedCode(forms.Form):
    user: Any

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        try:
            authenticator = signing_in.judge_code(context.request, self.user, code)
        except LockedOut as error:
            raise forms.ValidationError(error.message, code=error.code) from None
        if authenticator is None:
            raise forms.ValidationError(WrongCode.message, code=WrongCode.code)
        self.authenticator = authenticator
        return code


class AuthenticateForm(GuardedCode, AllauthAuthenticateForm):
    """The second step of signing in."""


class ReauthenticateForm(GuardedCode, AllauthReauthenticateForm):
    """Once more, before something that matters."""


class ChangePasswordForm(AllauthChangePasswordForm):
    def clean_oldpassword(self) -> str:
        typed: str = self.cleaned_data["oldpassword"]
        try:
            user = authenticate(context.request, username=self.user.username, password=typed)
        except LockedOut as error:
            raise forms.ValidationError(error.message, code=error.code) from None
        if user != self.user:
            raise forms.ValidationError(_("That is not your current password."), code="wrong_password")
        return typed
