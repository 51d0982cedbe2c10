"""What changes at a place changes the availability of everybody who sees patients there.

So it is done here, under the lock that booking takes: `lock_everybody` locks the location's row (where it is about
every location: all of them), and then the row of each doctor who sees patients there, both in the order of their ids.
A booking sees the change or comes before it, never in between, and bookings themselves touch no location's row: they
stay as parallel as they were. Whoever brings a doctor to a location (`doctors.services`) locks the location's row
before the doctor's, so that nobody arrives unlocked while it closes. The order for everybody is: locations, doctors,
patients, rooms.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from clinics import services as clinic_services
from clinics.errors import CalendarChanged, HolidayTaken, LastLocation, UpsideDown
from clinics.models import Holiday, Location, LocationException
from common import clock, trail
from common.integrity import judged
from common.transactions import atomic
from doctors.errors import TwoPlacesAtOnce
from doctors.models import Doctor, WeeklyHours
from doctors.services import refuse_two_places

Closure = TypeVar("Closure", Holiday, LocationException)
VERDICTS = {
    "holiday_once_a_day": HolidayTaken,
    "clinics_holiday.date": HolidayTaken,
    "location_exception_not_upside_down": UpsideDown,
}


def lock_everybody(*places: Location | None) -> list[Doctor]:
    """Lock the locations and then everybody who sees patients there, and return them; None is every location."""
    there = [place for place in places if place is not None]
    if len(there) == len(places):
        clinic_services.lock_locations(there)
        doctors = Doctor.objects.seeing_patients_at(*there)
    else:
        for _ in range(2):  # one may have been opened while the first look waited for its turn
            list(Location.objects.locked().values_list("pk"))
        doctors = Doctor.objects.all()
    return list(doctors.locked())


# --- Locations -------------------------------------------------------------------------------------


@atomic
def amend_location(location: Location, **changes: Any) -> Location:
    """Change the given fields, on the newest state of the location.

    A new time zone moves all hours held there to its wall time; appointments keep their instants, even where they are
    outside the hours from now on. Raises UnknownTimeZone, LocationNameTaken, TwoPlacesAtOnce where the new time zone
    puts a doctor in two places, and LastLocation where no active one would be left.
    """
    rows = {row.pk: row for row in Location.objects.locked()}
    location = rows[location.pk]
    before = (location.time_zone, location.active)
    said = trail.state(location, changes)
    for name, value in changes.items():
        setattr(location, name, value)
    if not any(row.active for row in rows.values()):
        raise LastLocation
    if (location.time_zone, location.active) != before:
        lock_everybody(location)
    clinic_services.save_location(location)
    if location.time_zone != before[0]:
        _refuse_two_places_of_anybody(location)
    trail.changed(location, said)
    return location


def deactivate_location(location: Location) -> Location:
    """Take no more bookings there. Visits already booked stay, for the desk to move. Raises LastLocation."""
    return amend_location(location, active=False)


def _refuse_two_places_of_anybody(location: Location) -> None:
    weeks: dict[Doctor, list[WeeklyHours]] = {}
    hours = WeeklyHours.objects.filter(doctor__in=Doctor.objects.seeing_patients_at(location))
    for window in hours.select_related("doctor", "location").order_by("doctor", "id"):
        weeks.setdefault(window.doctor, []).append(window)
    today = clock.now().date()
    for doctor, week in weeks.items():
        try:
            refuse_two_places(week, today=today)
        except TwoPlacesAtOnce as refusal:
            raise TwoPlacesAtOnce(f"{doctor}: {refusal.message}", field="time_zone") from None


# --- Their exceptions ------------------------------------------------------------------------------


@atomic
def add_location_exception(
    location: Location, *, kind: str, start: datetime, end: datetime, reason: str = ""
) -> LocationException:
    """Close a location, or open it in spite of a holiday. Appointments are kept. Raises UpsideDown."""
    lock_everybody(location)
    exception = _save(LocationException(location=location, kind=kind, start=start, end=end, reason=reason))
    trail.created(exception)
    return exception


@atomic
def amend_location_exception(exception: LocationException, **changes: Any) -> LocationException:
    """Change the given fields, on the newest state of the exception. Raises UpsideDown and CalendarChanged."""
    lock_everybody(exception.location)
    return _changed(exception, changes)


@atomic
def remove_location_exception(exception: LocationException) -> None:
    """Let holidays and weekly hours hold again."""
    lock_everybody(exception.location)
    trail.removed(exception)
    LocationException.objects.filter(pk=exception.pk).delete()


# --- Holidays --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """The holidays of an import: those that it made, and those that were there and stayed as they were."""

    created: list[Holiday]
    existing: list[Holiday]


@atomic
def add_holiday(*, date: date, name: str, location: Location | None = None) -> Holiday:
    """Close a local day at a location; None: at every one. Appointments are kept. Raises HolidayTaken."""
    lock_everybody(location)
    holiday = _save(Holiday(date=date, name=name, location=location))
    trail.created(holiday)
    return holiday


@atomic
def amend_holiday(holiday: Holiday, **changes: Any) -> Holiday:
    """Change the given fields, on the newest state of the holiday. Raises HolidayTaken and CalendarChanged."""
    lock_everybody(holiday.location, changes.get("location", holiday.location))
    return _changed(holiday, changes)


@atomic
def remove_holiday(holiday: Holiday) -> None:
    """Make it a day as any other."""
    lock_everybody(holiday.location)
    trail.removed(holiday)
    Holiday.objects.filter(pk=holiday.pk).delete()


@atomic
def import_holidays(*, country: str, year: int, subdivision: str = "", location: Location | None = None) -> Imported:
    """Make a country's public holidays of a year holidays of a location; None: of every one.

    A day that is a holiday there already stays as it is, so that a second run changes nothing. Raises UnknownCountry,
    UnknownSubdivision and UnknownYear.
    """
    days = clinic_services.public_holidays(country, year, subdivision=subdivision)
    lock_everybody(location)
    existing = list(Holiday.objects.filter(location=location, date__in=days).order_by("date"))
    taken = {holiday.date for holiday in existing}
    missing = (Holiday(date=day, name=name, location=location) for day, name in days.items() if day not in taken)
    created = Holiday.objects.bulk_create(missing)
    for holiday in created:
        trail.created(holiday)
    return Imported(created, existing)


def _save(row: Closure) -> Closure:
    with judged(VERDICTS):
        row.save()
    return row


def _changed(row: Closure, changes: dict[str, Any]) -> Closure:
    current = type(row)._default_manager.select_for_update(no_key=True).filter(pk=row.pk).first()
    if current is None or current.location_id != row.location_id:  # removed, or now at a place that is not locked
        raise CalendarChanged
    before = trail.state(current, changes)
    for name, value in changes.items():
        setattr(current, name, value)
    _save(current)
    trail.changed(current, before)
    return current
