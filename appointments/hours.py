"""Changes of when doctors can be booked, and what follows for those who wait.

`doctors.services` and `doctors.places` make the change under the lock of the doctors' rows; here, above them, what it
opens is offered to the waiting list in the same transaction. Appointments are never cancelled by it: see
`availability.outside_hours`. Faces that change hours come here.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from appointments import offers
from appointments.availability import OpenHours
from appointments.models import WaitlistEntry
from clinics.models import Holiday, Location, LocationException
from clinics.services import lock_locations
from common import clock
from common.transactions import atomic
from doctors import places, services
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from scheduling.intervals import DAY, Interval, Timeline

# How far ahead what opens is offered.
LOOK_AHEAD = 62 * DAY


@atomic
def set_weekly_hours(doctor: Doctor, week: Sequence[WeeklyHours]) -> list[WeeklyHours]:
    """Replace the doctor's whole week. Raises TwoPlacesAtOnce."""
    lock_locations(window.location for window in week)
    with offering([services.lock(doctor)]):
        return services.set_weekly_hours(doctor, week)


@atomic
def add_exception(doctor: Doctor, *, location: Location | None = None, **fields: Any) -> AvailabilityException:
    """Close or open a stretch of the doctor's calendar. Raises UpsideDown."""
    location = location or Location.objects.default()
    lock_locations([location])
    with offering([services.lock(doctor)]):
        return services.add_exception(doctor, location=location, **fields)


@atomic
def amend_exception(exception: AvailabilityException, **changes: Any) -> AvailabilityException:
    """Change the given fields of an exception. Raises UpsideDown and CalendarChanged."""
    lock_locations([changes.get("location", exception.location)])
    with offering([services.lock(exception.doctor)]):
        return services.amend_exception(exception, **changes)


@atomic
def remove_exception(exception: AvailabilityException) -> None:
    """Let the weekly hours hold again."""
    with offering([services.lock(exception.doctor)]):
        services.remove_exception(exception)


@atomic
def add_location_exception(location: Location, **fields: Any) -> LocationException:
    """Close a location, or open it in spite of a holiday. Raises UpsideDown."""
    with offering(places.lock_everybody(location)):
        return places.add_location_exception(location, **fields)


@atomic
def amend_location_exception(exception: LocationException, **changes: Any) -> LocationException:
    """Change the given fields of an exception. Raises UpsideDown and CalendarChanged."""
    with offering(places.lock_everybody(exception.location)):
        return places.amend_location_exception(exception, **changes)


@atomic
def remove_location_exception(exception: LocationException) -> None:
    """Let holidays and weekly hours hold again."""
    with offering(places.lock_everybody(exception.location)):
        places.remove_location_exception(exception)


@atomic
def amend_holiday(holiday: Holiday, **changes: Any) -> Holiday:
    """Change the given fields of a holiday. Raises HolidayTaken and CalendarChanged."""
    with offering(places.lock_everybody(holiday.location, changes.get("location", holiday.location))):
        return places.amend_holiday(holiday, **changes)


@atomic
def remove_holiday(holiday: Holiday) -> None:
    """Make it a day as any other."""
    with offering(places.lock_everybody(holiday.location)):
        places.remove_holiday(holiday)


@contextmanager
def offering(doctors: Iterable[Doctor]) -> Iterator[None]:
    """Offer what the block opens to those who wait. The doctors are locked; those nobody waits for cost nothing."""
    now = clock.now()
    doctors = _waited_for(doctors)
    if not doctors:
        yield
        return
    timeline = Timeline.over(Interval(now, now + LOOK_AHEAD))
    before = OpenHours(doctors, timeline.interval)
    yield
    after = OpenHours(doctors, timeline.interval)
    for doctor in doctors:
        was = before.masks(doctor, timeline)
        # By place: what is open somewhere else instead is new to those who wait for that place.
        opened = 0
        for location, mask in after.masks(doctor, timeline).items():
            opened |= mask & ~was.get(location, 0)
        offers.offer_opened_time(doctor, list(timeline.stretches(opened)), now)


def _waited_for(doctors: Iterable[Doctor]) -> list[Doctor]:
    """Those whom somebody who waits could see; one query."""
    waiting = WaitlistEntry.objects.waiting().order_by()
    wanted = list(waiting.values_list("doctor", "specialization_key").distinct())
    return [
        doctor
        for doctor in doctors
        if any(who in (None, doctor.pk) and kind in ("", doctor.specialization_key) for who, kind in wanted)
    ]
