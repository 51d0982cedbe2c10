"""Who asks: the holder of a token."""

from typing import Any

from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request


class TokenAuthentication(authentication.TokenAuthentication):
    """``Authorization: Token ...``. A wrong token is answered as a missing one: it tells nobody what was wrong."""

    def authenticate(self, request: Request) -> Any:
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            raise NotAuthenticated from None
