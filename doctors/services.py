"""What can be done with a doctor's record, weekly hours and exceptions.

Whatever changes availability locks the doctor's row first, as booking does: a booking sees the hours before or after
the change, never in between. Whatever brings a doctor to a location locks the location's row before that: see `places`.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import combinations
from typing import Any

from clinics import services as clinic_services
from clinics.errors import CalendarChanged, UpsideDown
from clinics.instants import LAST_YEAR
from clinics.models import Location, OpeningHours
from common import clock, trail
from common.integrity import judged
from common.open_trail import JSON
from common.transactions import atomic
from doctors.errors import EmailTaken, TwoPlacesAtOnce
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from scheduling.hours import WEEKDAYS, opened
from scheduling.intervals import DAY, Interval, meet

VERDICTS = {"doctor_email_unique": EmailTaken, "exception_not_upside_down": UpsideDown}
MOST_WINDOWS_A_WEEK = 100
YEAR = 371 * DAY  # 53 weeks: every weekday meets every clock change


@atomic
def add(*, location: Location | None = None, **fields: Any) -> Doctor:
    """Open a record, with the opening hours of ``location`` (default: the clinic's first) as the doctor's own.

    Raises EmailTaken.
    """
    location = location or Location.objects.default()
    clinic_services.lock_locations([location])
    doctor = save(Doctor(**fields))
    WeeklyHours.objects.bulk_create(
        WeeklyHours(doctor=doctor, location=location, weekday=hours.weekday, start=hours.start, end=hours.end)
        for hours in OpeningHours.objects.filter(location=location)
    )
    trail.created(doctor)
    return doctor


@atomic
def save(doctor: Doctor) -> Doctor:
    """Store a new or changed record. Raises EmailTaken."""
    with judged(VERDICTS):
        doctor.save()
    return doctor


@atomic
def amend(doctor: Doctor, **changes: Any) -> Doctor:
    """Change the given fields, on the newest state of the record. Raises EmailTaken."""
    doctor = lock(doctor)
    before = trail.state(doctor, changes)
    for name, value in changes.items():
        setattr(doctor, name, value)
    save(doctor)
    trail.changed(doctor, before)
    return doctor


def deactivate(doctor: Doctor) -> Doctor:
    """Take no more bookings. Visits already booked stay, for the desk to move."""
    return amend(doctor, active=False)


def reactivate(doctor: Doctor) -> Doctor:
    """Take bookings again."""
    return amend(doctor, active=True)


def lock(doctor: Doctor) -> Doctor:
    """The doctor's newest row, locked until the transaction ends."""
    return Doctor.objects.locked().get(pk=doctor.pk)


@atomic
def set_weekly_hours(doctor: Doctor, week: Sequence[WeeklyHours]) -> list[WeeklyHours]:
    """Replace the doctor's whole week. Appointments are kept, even where they are outside it from now on.

    Windows at one place may overlap: they merge. Raises TwoPlacesAtOnce where windows at two places meet.
    """
    locations = clinic_services.lock_locations(window.location for window in week)
    doctor = lock(doctor)
    for window in week:
        window.doctor, window.location = doctor, locations[window.location_id]
    refuse_two_places(week, today=clock.now().date())
    before = told(WeeklyHours.objects.filter(doctor=doctor))
    WeeklyHours.objects.filter(doctor=doctor).delete()
    WeeklyHours.objects.bulk_create(week)
    after = list(WeeklyHours.objects.filter(doctor=doctor))
    trail.changed_to(doctor, weekly_hours=(before, told(after)))
    return after


def told(week: Iterable[WeeklyHours]) -> list[JSON]:
    """A week as the audit trail keeps it."""
    return [f"{window} at {window.location_id}" for window in week]


@atomic
def add_exception(
    doctor: Doctor, *, kind: str, start: datetime, end: datetime, reason: str = "", location: Location | None = None
) -> AvailabilityException:
    """Close or open a stretch of the doctor's calendar. Appointments in it are kept. Raises UpsideDown."""
    location = location or Location.objects.default()
    clinic_services.lock_locations([location])
    with judged(VERDICTS):
        exception = AvailabilityException.objects.create(
            doctor=lock(doctor), kind=kind, start=start, end=end, reason=reason, location=location
        )
    trail.created(exception)
    return exception


@atomic
def amend_exception(exception: AvailabilityException, **changes: Any) -> AvailabilityException:
    """Change the given fields, on the newest state of the exception. Raises UpsideDown and CalendarChanged."""
    clinic_services.lock_locations([changes.get("location", exception.location)])
    lock(exception.doctor)
    current = AvailabilityException.objects.filter(pk=exception.pk).first()
    if current is None or current.location_id != exception.location_id:  # removed, or now at a place not locked
        raise CalendarChanged
    before = trail.state(current, changes)
    for name, value in changes.items():
        setattr(current, name, value)
    with judged(VERDICTS):
        current.save()
    trail.changed(current, before)
    return current


@atomic
def remove_exception(exception: AvailabilityException) -> None:
    """Let the weekly hours hold again."""
    lock(exception.doctor)
    trail.removed(exception)
    exception.delete()


def refuse_two_places(week: Iterable[WeeklyHours], *, today: date) -> None:
    """Raise TwoPlacesAtOnce if windows at different locations ever share an instant, from ``today`` on."""
    # A full week has thousands of pairs, which look at the same windows on the same days.
    within = cache(lambda window, zone, span: list(opened([window], zone, span)))
    for one, other in combinations(week, 2):
        if one.location_id == other.location_id:
            continue
        first = max(filter(None, (one.valid_from, other.valid_from, today)))
        if first.year >= LAST_YEAR:  # nothing is booked then
            continue
        until = min(filter(None, (one.valid_until, other.valid_until, first + YEAR)))
        if until < first:
            continue
        span = _instants_of(first - DAY, until + 2 * DAY)
        if meet(*(within(w.window, w.location.zone, span) for w in (one, other))):
            raise TwoPlacesAtOnce(
                f"These hours put the doctor in two places at once: {one.location} on {WEEKDAYS[one.weekday]} "
                f"{one.start:%H:%M}-{one.end:%H:%M} and {other.location} on {WEEKDAYS[other.weekday]} "
                f"{other.start:%H:%M}-{other.end:%H:%M}."
            )


def _instants_of(first: date, last: date) -> Interval:
    return Interval(datetime.combine(first, time(0), UTC), datetime.combine(last, time(0), UTC))
