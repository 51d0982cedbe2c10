"""How often a user may ask, and a patient change something, whichever face they come through."""

from typing import TYPE_CHECKING

from django.conf import settings

from accounts.roles import Role
from common import rates

if TYPE_CHECKING:
    from accounts.models import User

CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def spend(user: "User", method: str | None) -> None:
    """Count a request of somebody who is signed in. Raises TooOften."""
    rates.spend("user", user.pk, settings.RATE_LIMIT_USER)
    if method in CHANGES and user.role == Role.PATIENT:
        rates.spend("patient", user.pk, settings.RATE_LIMIT_PATIENT_CHANGES)
