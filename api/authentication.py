"""Who asks: the holder of a token."""

from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from accounts import tokens
from accounts.models import Token, User


class TokenAuthentication(authentication.TokenAuthentication):
    """``Authorization: Token ...``. A wrong token is answered as a missing one: it tells nobody what was wrong."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            raise NotAuthenticated from None

    def authenticate_credentials(self, key: str) -> tuple[User, Token]:
        token = tokens.recognise(key)
        if token is None:
            raise NotAuthenticated
        return token.user, token
