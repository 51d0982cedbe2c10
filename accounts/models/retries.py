"""What was answered to requests that may come again."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models.users import User

KEYS_ARE_KEPT = timedelta(hours=24)


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def claim(self, *, user: User, key: str, fingerprint: str, now: datetime) -> "IdempotencyKey":
        """The row of ``key``, locked until the transaction ends: a new one, or the one that was answered before.

        Whoever claims a key that another transaction has claimed waits here until that one ends.
        """
        fresh = IdempotencyKey(user=user, key=key, fingerprint=fingerprint, created_at=now)
        # One statement that inserts or locks: nobody can delete the row in between.
        self.bulk_create([fresh], update_conflicts=True, unique_fields=["user", "key"], update_fields=["key"])
        row = self.get(user=user, key=key)
        if row.created_at <= now - KEYS_ARE_KEPT:
            row.fingerprint, row.created_at, row.status = fingerprint, now, None
        return row

    def clear_expired(self, now: datetime, *, most: int | None = None) -> int:
        """Delete rows whose time is over, oldest first, ``most`` of them at most; return how many."""
        expired = self.filter(created_at__lte=now - KEYS_ARE_KEPT)
        if most is not None:
            oldest = expired.order_by("created_at").select_for_update(skip_locked=True).values_list("pk", flat=True)
            if not (found := list(oldest[:most])):
                return 0
            expired = self.filter(pk__in=found)
        return expired.delete()[0]


class IdempotencyKey(models.Model):
    """What a user was answered to a request that created something, kept for a day in case it is sent again.

    Written in the transaction that creates: it is there if and only if what it tells of is. ``status`` is NULL only
    inside that transaction. ``fingerprint`` is the SHA-256 of the request.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField()

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_unique")]
        indexes: ClassVar = [models.Index("created_at", name="idempotency_key_by_age")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.created_at:%Y-%m-%d %H:%M} UTC"
