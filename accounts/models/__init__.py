"""Who may sign in, with what, and what is remembered of those who try."""

from accounts.models.attempts import AttemptCounter
from accounts.models.retries import KEYS_ARE_KEPT, IdempotencyKey, IdempotencyKeyQuerySet
from accounts.models.tokens import Token
from accounts.models.users import User

__all__ = [
    "KEYS_ARE_KEPT",
    "AttemptCounter",
    "IdempotencyKey",
    "IdempotencyKeyQuerySet",
    "Token",
    "User",
]
