"""On whose clock a time is read that says no offset: that of the place where the visit would be."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from appointments.availability import OpenHours
from clinics.instants import OUT_OF_RANGE, to_instant
from clinics.models import Location
from doctors.models import Doctor
from scheduling.intervals import DAY, Interval

SEVERAL_CLOCKS = "This doctor sees patients in several time zones. Add an offset, such as +03:00."


def instant_where(doctor: Doctor, wall: datetime) -> datetime:
    """The UTC instant that the naive ``wall`` names on the clock of the place where the doctor sees patients then.

    Of places in several zones it is the one where the doctor is when its clock shows that time. A doctor of no place
    is taken to be at the clinic's first. Raises ValueError, in words for people, where the clock skips the time or
    shows it twice, and where the hours leave more than one instant, or none.
    """
    try:
        shown = wall.replace(tzinfo=UTC)
        about = Interval(shown - DAY, shown + DAY)  # no clock is further from UTC
        hours = OpenHours([doctor], about)
    except OverflowError:
        raise ValueError(OUT_OF_RANGE) from None
    zones = list(dict.fromkeys(place.zone for place in hours.places_of(doctor, about)))
    if len(zones) < 2:
        return to_instant(wall, zones[0] if zones else Location.objects.default().zone)
    readings: dict[ZoneInfo, datetime] = {}
    unread = ""
    for zone in zones:
        try:
            readings[zone] = to_instant(wall, zone)
        except ValueError as error:
            unread = unread or str(error)
    if not readings:
        raise ValueError(unread)
    # Beside a clock that skips the time or shows it twice the other one does not tell by itself: that one may be meant.
    if unread or len(set(readings.values())) > 1:
        readings = {zone: instant for zone, instant in readings.items() if _is_there(hours, doctor, instant, zone)}
    instants = set(readings.values())
    if len(instants) != 1:
        raise ValueError(SEVERAL_CLOCKS)
    return instants.pop()


def _is_there(hours: OpenHours, doctor: Doctor, instant: datetime, zone: ZoneInfo) -> bool:
    place = hours.location_of(doctor, Interval.lasting(instant, 1))
    return place is not None and place.zone == zone
