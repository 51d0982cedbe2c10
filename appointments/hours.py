"""Changes of a doctor's availability, and what follows for the visits and for those who wait.

`doctors.services` makes the change under the lock of the doctor's row; here, above it, what it opens is offered to the
waiting list in the same transaction. Appointments are never cancelled by it: see `availability.outside_hours`.
"""

from collections.abc import Sequence
from typing import Any

from appointments import offers
from common import clock
from common.transactions import atomic
from doctors import services
from doctors.models import AvailabilityException, Doctor, WeeklyHours


@atomic
def set_weekly_hours(doctor: Doctor, week: Sequence[WeeklyHours]) -> list[WeeklyHours]:
    """Replace the doctor's whole week. Raises TwoPlacesAtOnce."""
    hours = services.set_weekly_hours(doctor, week)
    offers.offer_open_time(doctor, clock.now())
    return hours


@atomic
def add_exception(doctor: Doctor, **fields: Any) -> AvailabilityException:
    """Close or open a stretch of the doctor's calendar."""
    exception = services.add_exception(doctor, **fields)
    if exception.kind == AvailabilityException.Kind.OPEN:
        offers.offer_freed_time(doctor, exception.interval, clock.now())
    return exception


@atomic
def amend_exception(exception: AvailabilityException, **changes: Any) -> AvailabilityException:
    """Change the given fields of an exception."""
    exception = services.amend_exception(exception, **changes)
    offers.offer_open_time(exception.doctor, clock.now())
    return exception


@atomic
def remove_exception(exception: AvailabilityException) -> None:
    """Let the weekly hours hold again."""
    services.remove_exception(exception)
    if exception.kind == AvailabilityException.Kind.CLOSED:
        offers.offer_freed_time(exception.doctor, exception.interval, clock.now())
