"""Which visits to come a change at a location has left outside the hours. They are kept: the desk moves them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from appointments.availability import OpenHours
from appointments.models import Appointment, AppointmentQuerySet
from clinics.models import Location
from scheduling.hours import start_of_day
from scheduling.intervals import DAY, MINUTE, Interval

MOST_LISTED = 100
MOST_LOOKED_AT = 5000


@dataclass(frozen=True, slots=True)
class Displaced:
    """Visits outside the hours, soonest first. ``more`` is True where there are, or can be, others beside them."""

    visits: list[Appointment]
    more: bool


def displaced(
    location: Location | None,
    *,
    now: datetime,
    within: Interval | None = None,
    days: Collection[date] = (),
    among: AppointmentQuerySet | None = None,
) -> Displaced:
    """The visits to come at a location (None: anywhere) that the hours do not cover.

    ``within`` asks for those that touch an interval, ``days`` for those that touch these local days, ``among``
    for some only. At most 100 are listed, and the next 5,000 visits are looked at: an answer's cost has an end.
    """
    some = Appointment.objects.all() if among is None else among
    visits = some.blocking().upcoming(now).order_by("start", "id")
    if location:
        visits = visits.filter(location=location)
    if days:  # whatever the zone: offsets lie within a day of UTC
        first, last = (start_of_day(day, UTC) for day in (min(days), max(days)))
        visits = visits.overlapping(Interval(first - DAY, last + 2 * DAY))
    if within:
        visits = visits.overlapping(within)
    looked_at = list(visits.with_names().select_related("location")[: MOST_LOOKED_AT + 1])
    more = len(looked_at) > MOST_LOOKED_AT
    candidates = [visit for visit in looked_at[:MOST_LOOKED_AT] if not days or _touches(visit, days)]
    if not candidates:
        return Displaced([], more)
    span = Interval(candidates[0].start, max(visit.end for visit in candidates))
    hours = OpenHours({visit.doctor_id: visit.doctor for visit in candidates}.values(), span)
    found: list[Appointment] = []
    for visit in candidates:
        if not hours.cover(visit):
            if len(found) == MOST_LISTED:
                return Displaced(found, more=True)
            found.append(visit)
    return Displaced(found, more)


def _touches(visit: Appointment, days: Collection[date]) -> bool:
    local = visit.location.local
    return any(local(visit.start).date() <= day <= local(visit.end - MINUTE).date() for day in days)
