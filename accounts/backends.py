"""Who somebody is, by name and password: Django's way, behind the guard."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import events, guard
from accounts.errors import LockedOut
from accounts.models import User
from common.addresses import client_address


class GuardedBackend(ModelBackend):
    """Every password that the system judges is judged here: API and web pages alike.

    Computes exactly one hash, whether the account is unknown, inactive or the password is wrong.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Raises `LockedOut`: then nothing was judged."""
        if username is None or password is None:
            return None
        address = client_address(request)
        try:
            guard.admit(username, address)
        except LockedOut:
            events.locked_out.send(sender=User, request=request, credentials={"username": username})
            raise
        user = super().authenticate(request, username, password)
        if user is not None:
            guard.take_back(username, address)
        return user
