"""What django-allauth asks us: who may have an account, where somebody comes from, how secrets are kept."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import guard
from accounts.errors import LockedOut
from accounts.models import User
from accounts.sessions import begin, has_just_begun
from common.addresses import client_address


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by an administrator."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages alone: programs use tokens."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in just now has proved who they are."""
        return not has_just_begun(context.request)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Of whoever has a second factor, the password alone proves nothing."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] == "mfa_reauthenticate"] or methods

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        try:
            return super().authenticate(request, **credentials)
        except LockedOut as error:
            raise ValidationError(error.message, code=error.code) from None

    def login(self, request: HttpRequest, user: User) -> None:
        """The last step, once every factor was right."""
        super().login(request, user)
        guard.remember(user.username, client_address(request))
        begin(request)


class MFAAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return settings.CLINIC_NAME

    def get_totp_label(self, user: User) -> str:
        return user.username

    def encrypt(self, text: str) -> str:
        """Whoever reads the database, or a backup of it, cannot make codes."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises `cryptography.fernet.InvalidToken` if SECRET_KEY has changed."""
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = (hashlib.sha256(b"accounts.adapters.MFAAdapter" + secret.encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
