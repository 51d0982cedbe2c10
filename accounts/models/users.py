"""Who may sign in."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from accounts.roles import SUPERUSER, Role
from common.text import fingerprint


class User(AbstractUser):
    """A person or program that signs in. Django's own fields; ours are added here, never in a second table.

    A doctor's record and a patient's name the user who signs in as them (`Doctor.user`, `Patient.user`).
    """

    role = models.CharField(
        max_length=12,
        choices=Role.choices,
        blank=True,
        default="",
        help_text="What they may do. None: nothing.",
    )

    # Raised to end every session and every token at once.
    credentials_version = models.PositiveIntegerField(default=0, editable=False)

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=["", *Role.values]), name="user_role_is_known")
        ]

    @property
    def acts_as(self) -> str:
        """The role, or what a superuser is called instead."""
        return SUPERUSER if self.is_superuser else self.role

    @property
    def credentials_digest(self) -> str:
        """Of the password as it is stored, and the version: what a token was issued for."""
        return fingerprint(f"{self.password} {self.credentials_version}")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever is deactivated loses their tokens for good. (A new password ends them too: see `Token`.)"""
        super().save(*args, **kwargs)
        if not self.is_active:
            self.tokens.all().delete()

    def check_password(self, raw_password: str | None) -> bool:
        """Tokens live on where the same password is only stored anew, by a newer algorithm."""
        before = self.credentials_digest
        right = super().check_password(raw_password)
        if self.pk and self.credentials_digest != before:
            self.tokens.filter(credentials_digest=before).update(credentials_digest=self.credentials_digest)
        return right

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session was begun for. Django's own holds the password alone."""
        salt = "accounts.models.User.get_session_auth_hash"
        return salted_hmac(salt, self.credentials_digest, secret=secret, algorithm="sha256").hexdigest()
