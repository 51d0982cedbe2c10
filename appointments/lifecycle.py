"""Which status follows which: one table, for every path.

FHIR: scheduled and confirmed are `booked`, checked_in is `checked-in`, in_progress `arrived`, completed `fulfilled`,
cancelled `cancelled`, no_show `noshow`.
"""

from django.db import models
from django.db.models import Q


class Status(models.TextChoices):
    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


# Small practices skip steps: a visit can be completed without having been checked in.
TRANSITIONS: dict[str, frozenset[str]] = {
    Status.SCHEDULED: frozenset(
        {Status.CONFIRMED, Status.CHECKED_IN, Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW}
    ),
    Status.CONFIRMED: frozenset(
        {Status.SCHEDULED, Status.CHECKED_IN, Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW}
    ),
    Status.CHECKED_IN: frozenset({Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW}),
    Status.IN_PROGRESS: frozenset({Status.COMPLETED}),
    Status.COMPLETED: frozenset(),
    # Putting a visit back is a new booking: the policy judges it in full.
    Status.CANCELLED: frozenset({Status.SCHEDULED}),
    Status.NO_SHOW: frozenset({Status.SCHEDULED, Status.CHECKED_IN}),
}

# Only a visit that has not begun can change its time.
MOVABLE = frozenset({Status.SCHEDULED, Status.CONFIRMED})

# An appointment in one of these takes its doctor's, its patient's and its room's time.
BLOCKING = (Status.SCHEDULED, Status.CONFIRMED, Status.CHECKED_IN, Status.IN_PROGRESS, Status.COMPLETED)
BLOCKS = Q(status__in=[status.value for status in BLOCKING])


def blocks(status: str) -> bool:
    """The predicate `BLOCKS`, for one status."""
    return status in BLOCKING


def allowed_from(status: str) -> list[str]:
    """The statuses that may follow ``status``, in the table's order."""
    return [follower.value for follower in Status if follower in TRANSITIONS[status]]
