"""Keys with which programs sign in. Only their fingerprints are stored: nobody can read a key here."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models.users import User
from common.prepared import Prepared
from common.text import fingerprint

OF_DIGEST = Prepared(lambda digest: Token.objects.select_related("user").filter(digest=digest))


class Token(models.Model):
    """What one program on one machine signs in with. A user may have several.

    It holds for `TOKEN_IDLE_DAYS` after its last use, `TOKEN_DAYS` at most, and only while the user is active and has
    the password that they had when it was issued.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, help_text="The SHA-256 of the key, in hexadecimal.")
    # Of the stored password: whichever way that is changed, the token ends with it.
    credentials_digest = models.CharField(max_length=64)
    second_factor = models.BooleanField(default=False, help_text="Whether it was issued for a second factor, too.")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(help_text="To the hour.")

    class Meta:
        indexes: ClassVar = [models.Index("created_at", name="token_by_age")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.created_at:%Y-%m-%d %H:%M} UTC"

    @classmethod
    def of_key(cls, key: str) -> "Token | None":
        """The token whose key this is, with its user: one query. It need not be valid."""
        token: Token | None = OF_DIGEST.first(digest=fingerprint(key))
        return token

    @property
    def expires_at(self) -> datetime:
        """When it ends if nobody uses it again."""
        idle, absolute = timedelta(days=settings.TOKEN_IDLE_DAYS), timedelta(days=settings.TOKEN_DAYS)
        return min(self.last_used_at + idle, self.created_at + absolute)

    def is_valid(self, now: datetime) -> bool:
        user: User = self.user
        return now < self.expires_at and user.is_active and self.credentials_digest == user.credentials_digest
