"""How often somebody has tried to sign in, and failed."""

from typing import ClassVar

from django.db import models


class Scope(models.TextChoices):
    """Whose attempts are counted together."""

    ADDRESS = "address", "From an address"
    ACCOUNT = "account", "For an account, from anywhere"
    PAIR = "pair", "For an account, from an address"


class AttemptCounter(models.Model):
    """The failed attempts of a `Scope`, for a while. Names and addresses are stored as keyed hashes alone.

    ``attempts`` holds those that failed and those that are being judged at this moment. ``succeeded_at`` is when the
    account has last signed in from the address, so of a pair only.
    """

    scope = models.CharField(max_length=7, choices=Scope.choices)
    key = models.CharField(max_length=64, unique=True)
    account = models.CharField(max_length=64, blank=True, db_index=True, help_text="Whose it is, but for an address.")
    attempts = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index("last_at", name="attempt_counter_by_age")]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.attempts}"
