"""Tokens for tests."""

from accounts.models import Token, User
from accounts.models.users import sha256
from common import clock


def token_of(user: User, key: str = "") -> str:
    """The key of a new token of ``user``: a given one, or one made up for the user."""
    key = key or sha256(f"{user.pk} {Token.objects.count()}")[:40]
    now = clock.now()
    Token.objects.create(
        user=user, digest=sha256(key), credentials_digest=user.credentials_digest, created_at=now, last_used_at=now
    )
    return key
