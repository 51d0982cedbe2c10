"""When a doctor can be booked: hours and exceptions read from the database, weighed by the engine in `scheduling`.

Booking and the slot list ask the same functions, so that they always agree. A doctor's exception beats the weekly
hours; between a doctor's own exceptions closed wins.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import islice

from appointments.models import Appointment
from clinics.models import Location
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from scheduling.hours import WeeklyWindow, midnights, opened, start_of_day
from scheduling.intervals import DAY, MINUTE, Interval, Timeline, bits
from scheduling.slots import covers, free_starts

# The grid of a day is settled by that day and the one before; the longest local days (Troll's) have 26 hours.
GRID_LOOKS_BACK = timedelta(hours=51)


class OpenHours:
    """What the doctors' hours and exceptions say about ``span``: two queries, however many doctors and days."""

    def __init__(self, doctors: Iterable[Doctor], span: Interval) -> None:
        ids = [doctor.pk for doctor in doctors]
        self._windows: dict[int, dict[int, list[WeeklyWindow]]] = defaultdict(lambda: defaultdict(list))
        self._exceptions: dict[int, list[AvailabilityException]] = defaultdict(list)
        self.locations: dict[int, Location] = {}
        hours = WeeklyHours.objects.filter(doctor__in=ids, location__active=True).order_by("id")
        for row in hours.select_related("location"):
            self._windows[row.doctor_id][row.location_id].append(row.window)
            self.locations[row.location_id] = row.location
        exceptions = AvailabilityException.objects.filter(doctor__in=ids, start__lt=span.end, end__gt=span.start)
        for exception in exceptions.select_related("location").order_by("id"):
            self._exceptions[exception.doctor_id].append(exception)
            self.locations.setdefault(exception.location_id, exception.location)

    def masks(self, doctor: Doctor, timeline: Timeline) -> dict[int, int]:
        """The doctor's open minutes on ``timeline``, by location id. No minute is open at two places."""
        span = Interval(timeline.start, timeline.instant(timeline.minutes))
        masks: dict[int, int] = {}
        taken = 0  # a location that moves to another time zone can bring hours together that were apart
        for location, windows in self._windows[doctor.pk].items():
            masks[location] = timeline.filled(opened(windows, self.locations[location].zone, span)) & ~taken
            taken |= masks[location]
        closed = 0
        for exception in self._exceptions[doctor.pk]:
            if exception.kind == AvailabilityException.Kind.CLOSED:
                closed |= timeline.touched([exception.interval])
            elif self.locations[exception.location_id].active:
                extra = timeline.filled([exception.interval])
                masks = {location: mask & ~extra for location, mask in masks.items()}
                masks[exception.location_id] = masks.get(exception.location_id, 0) | extra
        return {location: mask & ~closed for location, mask in masks.items()}

    def location_of(self, doctor: Doctor, interval: Interval) -> Location | None:
        """Where the doctor is through the whole of ``interval``, or None if not available through all of it."""
        timeline = Timeline.over(interval)
        wanted = timeline.touched([interval])
        for location, mask in self.masks(doctor, timeline).items():
            if covers(mask, wanted):
                return self.locations[location]
        return None


def location_of(doctor: Doctor, interval: Interval) -> Location | None:
    """Where the doctor sees patients through the whole of ``interval``; None: not available."""
    return OpenHours([doctor], interval).location_of(doctor, interval)


def outside_hours(doctor: Doctor, *, now: datetime, within: Interval | None = None) -> list[Appointment]:
    """The doctor's visits to come (those touching ``within``) that the hours no longer cover, soonest first."""
    visits = Appointment.objects.filter(doctor=doctor).blocking().upcoming(now).order_by("start", "id")
    if within:
        visits = visits.overlapping(within)
    found = list(visits.with_names())
    if not found:
        return []
    hours = OpenHours([doctor], Interval(found[0].start, max(visit.end for visit in found)))
    return [visit for visit in found if hours.location_of(doctor, visit.interval) is None]


@dataclass(frozen=True, slots=True)
class Slot:
    """A start that can be booked, computed and never stored. Ordered by start, then doctor. Instants are UTC."""

    start: datetime
    end: datetime
    doctor: Doctor
    location: Location


Edge = datetime | date


def instant(edge: Edge, location: Location, *, day_after: bool = False) -> datetime:
    """The instant that an edge of a search means at a location: a bare date is its local day's beginning or end."""
    if isinstance(edge, datetime):
        return edge
    return start_of_day(edge + DAY if day_after else edge, location.zone)


def find_slots(
    doctors: Sequence[Doctor],
    *,
    since: Edge,
    until: Edge,
    now: datetime,
    minutes: int | None = None,
    step: int | None = None,
    location: Location | None = None,
    limit: int,
) -> list[Slot]:
    """The first ``limit`` free slots of ``doctors`` that lie in [since, until) and start after ``now``.

    Earliest first, then by the doctor's id. ``since`` and ``until`` are instants, or local dates of which the whole
    day counts. ``minutes`` is the visit's length (default: each doctor's own), ``step`` the grid's (default: the
    length). The number of queries does not depend on the number of doctors, days or visits.
    """
    everywhere = _widest(since, until, now)
    if everywhere is None:
        return []
    span = Interval(everywhere.start - GRID_LOOKS_BACK, everywhere.end)
    timeline = Timeline.over(span)
    hours = OpenHours(doctors, span)
    visits = _visits(doctors, everywhere)
    past = timeline.before(now) | timeline.touched([_minute_of(now)])
    places = [place for place in hours.locations.values() if location is None or place.pk == location.pk]
    barred = {place.pk: past | _not_asked(timeline, place, since, until) for place in places}
    days = {place.pk: _midnight_bits(place, timeline, span) for place in places}

    def of(doctor: Doctor) -> Iterator[Slot]:
        length = minutes or doctor.default_duration_minutes
        busy = timeline.touched(visits[doctor.pk])
        open_time = hours.masks(doctor, timeline)
        return merge(
            *(
                _slots(
                    free_starts(
                        open_time=open_time[place.pk],
                        busy=busy | barred[place.pk],
                        minutes=length,
                        step=step or length,
                        midnights=days[place.pk],
                    ),
                    timeline,
                    length,
                    doctor,
                    place,
                )
                for place in places
                if place.pk in open_time
            ),
            key=lambda slot: slot.start,
        )

    ordered = sorted(doctors, key=lambda doctor: doctor.pk)
    return list(islice(merge(*map(of, ordered), key=lambda slot: slot.start), limit))


def _slots(starts: int, timeline: Timeline, minutes: int, doctor: Doctor, place: Location) -> Iterator[Slot]:
    for bit in bits(starts):
        yield Slot(timeline.instant(bit), timeline.instant(bit + minutes), doctor, place)


def _not_asked(timeline: Timeline, place: Location, since: Edge, until: Edge) -> int:
    first, last = instant(since, place), instant(until, place, day_after=True)
    return timeline.everything & ~(timeline.filled([Interval(first, last)]) if first < last else 0)


def _minute_of(now: datetime) -> Interval:
    """The minute that ``now`` is in: a visit that starts in it does not start in the future."""
    return Interval.lasting(now.replace(second=0, microsecond=0), 1)


def _widest(since: Edge, until: Edge, now: datetime) -> Interval | None:
    """What of the search is yet to come, whatever the location's zone: offsets lie within a day of UTC."""
    low = since if isinstance(since, datetime) else start_of_day(since, UTC) - DAY
    high = until if isinstance(until, datetime) else start_of_day(until, UTC) + 2 * DAY
    return Interval(max(low, now), high) if max(low, now) < high else None


def _visits(doctors: Iterable[Doctor], span: Interval) -> dict[int, list[Interval]]:
    found: dict[int, list[Interval]] = defaultdict(list)
    visits = Appointment.objects.filter(doctor__in=[doctor.pk for doctor in doctors]).blocking().overlapping(span)
    for doctor, start, end in visits.order_by().values_list("doctor_id", "start", "end"):
        found[doctor].append(Interval(start, end))
    return found


def _midnight_bits(place: Location, timeline: Timeline, span: Interval) -> list[int]:
    return [(midnight - timeline.start) // MINUTE for midnight in midnights(place.zone, span)]
