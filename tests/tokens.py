"""Tokens for tests."""

from accounts.models import Token, User
from common import clock
from common.text import fingerprint


def token_of(user: User, key: str = "") -> str:
    """The key of a new token of ``user``: a given one, or one made up for the user."""
    key = key or fingerprint(f"{user.pk} {Token.objects.count()}")[:40]
    now = clock.now()
    Token.objects.create(
        user=user, digest=fingerprint(key), credentials_digest=user.credentials_digest, created_at=now, last_used_at=now
    )
    return key
