"""When a doctor can be booked: hours and exceptions read from the database, weighed by the engine in `scheduling`.

Booking and the slot list ask the same functions, so that they always agree. A doctor's exception beats the location's
exception, which beats a holiday, which beats the weekly hours. Between exceptions of one owner closed wins.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import FilteredRelation, Q

from appointments.models import Appointment
from clinics.models import Holiday, Location, LocationException
from common.prepared import Prepared
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from scheduling.hours import WeeklyWindow, opened, start_of_day
from scheduling.intervals import DAY, MINUTE, Interval, Timeline, runs
from scheduling.slots import covers

PLACE = [field.attname for field in Location._meta.concrete_fields]
WINDOW = ("weekday", "start", "end", "valid_from", "valid_until")

# Not as models: of hundreds of doctors most work at the same few places, in the same few windows.
WEEKS = Prepared(
    lambda doctors: (
        WeeklyHours.objects.filter(doctor__pk__among=doctors, location__active=True)
        .order_by("id")
        .values_list("doctor_id", "location_id", *WINDOW)
    )
)
EXCEPTIONS = Prepared(
    lambda doctors, start, end: (
        AvailabilityException.objects.filter(doctor__pk__among=doctors, start__lt=end, end__gt=start)
        .select_related("location")
        .order_by("id")
    )
)
# Each place once, or once for each time at which it is closed, or open in spite of a holiday.
PLACES = Prepared(
    lambda locations, start, end: (
        Location.objects.filter(pk__among=locations)
        .alias(away=FilteredRelation("exceptions", condition=Q(exceptions__start__lt=end, exceptions__end__gt=start)))
        .order_by("pk")
        .values_list(*PLACE, "away__kind", "away__start", "away__end")
    )
)
HOLIDAYS = Prepared(
    lambda locations, first, last: Holiday.objects.filter(
        Q(location=None) | Q(location__pk__among=locations), date__range=(first, last)
    ).values_list("location_id", "date")
)


class OpenHours:
    """What hours, exceptions and holidays say about ``span``: four queries, however many doctors and days.

    ``week`` and ``extra`` show what would be: one doctor's week in place of the stored one, and exceptions beside the
    stored ones, neither of which need be stored.
    """

    def __init__(
        self,
        doctors: Iterable[Doctor],
        span: Interval,
        *,
        week: Iterable[WeeklyHours] | None = None,
        extra: Iterable[AvailabilityException] = (),
    ) -> None:
        ids = [doctor.pk for doctor in doctors]
        self._windows: dict[int, dict[int, list[WeeklyWindow]]] = defaultdict(lambda: defaultdict(list))
        self._exceptions: dict[int, list[AvailabilityException]] = defaultdict(list)
        for doctor, location, *window in WEEKS(doctors=ids) if week is None else ():
            self._windows[doctor][location].append(WeeklyWindow(*window))
        for window in week or ():
            if window.location.active:
                self._windows[window.doctor_id][window.location_id].append(window.window)
        places = dict.fromkeys(location for windows in self._windows.values() for location in windows)
        for exception in chain(EXCEPTIONS(doctors=ids, start=span.start, end=span.end), extra):
            self._exceptions[exception.doctor_id].append(exception)
            places[exception.location_id] = None
        self._closures = Closures(list(places), span)
        self.locations = self._closures.locations
        self._weekly: dict[tuple[Any, ...], int] = {}

    def masks(self, doctor: Doctor, timeline: Timeline) -> dict[int, int]:
        """The doctor's open minutes on ``timeline``, by location id. No minute is open at two places."""
        span = Interval(timeline.start, timeline.instant(timeline.minutes))
        masks: dict[int, int] = {}
        taken = 0  # a location that moves to another time zone can bring hours together that were apart
        for location, windows in self._windows[doctor.pk].items():
            place = self.locations[location]
            weekly = self._opened(place, windows, timeline, span) & ~taken
            taken |= weekly
            masks[location] = weekly & ~self._closures.mask(place, timeline)
        closed = 0
        for exception in self._exceptions[doctor.pk]:
            if exception.kind == AvailabilityException.Kind.CLOSED:
                closed |= timeline.touched([exception.interval])
            elif self.locations[exception.location_id].active:
                extra = timeline.filled([exception.interval])
                masks = {location: mask & ~extra for location, mask in masks.items()}
                masks[exception.location_id] = masks.get(exception.location_id, 0) | extra
        return {location: mask & ~closed for location, mask in masks.items()}

    def leave(self, doctor: Doctor) -> list[AvailabilityException]:
        """The doctor's exceptions that close a stretch of the span."""
        return [e for e in self._exceptions[doctor.pk] if e.kind == AvailabilityException.Kind.CLOSED]

    def _opened(self, place: Location, windows: list[WeeklyWindow], timeline: Timeline, span: Interval) -> int:
        """The minutes that the windows open: computed once for all who work in the same ones."""
        key = (place.pk, *windows, timeline)
        if key not in self._weekly:
            self._weekly[key] = timeline.filled(opened(windows, place.zone, span))
        return self._weekly[key]

    def location_of(self, doctor: Doctor, interval: Interval) -> Location | None:
        """Where the doctor is through the whole of ``interval``, or None if not available through all of it."""
        timeline = Timeline.over(interval)
        wanted = timeline.touched([interval])
        for location, mask in self.masks(doctor, timeline).items():
            if covers(mask, wanted):
                return self.locations[location]
        return None

    def nearest_location(self, doctor: Doctor, interval: Interval) -> Location | None:
        """Where the doctor is closest in time to ``interval``, a day around it; else where the weekly hours begin."""
        timeline = Timeline.over(interval.widened(DAY))
        start, end = DAY // MINUTE, timeline.minutes - DAY // MINUTE
        gaps = {
            location: min(max(first - end, start - last, 0) for first, last in runs(mask))
            for location, mask in self.masks(doctor, timeline).items()
            if mask
        }
        nearest = min(gaps, key=lambda location: gaps[location]) if gaps else next(iter(self._windows[doctor.pk]), None)
        return self.locations[nearest] if nearest else None


class Closures:
    """When locations are closed: holidays but for what is open in spite of them, and the locations' own closures.

    ``locations`` are they, by id.
    """

    def __init__(self, ids: list[int], span: Interval) -> None:
        self._exceptions: dict[int, list[tuple[str, Interval]]] = defaultdict(list)
        self.locations: dict[int, Location] = {}
        for *row, kind, start, end in PLACES(locations=ids, start=span.start, end=span.end) if ids else ():
            location = Location.from_db(DEFAULT_DB_ALIAS, PLACE, row)
            self.locations[location.pk] = location
            if kind:
                self._exceptions[location.pk].append((kind, Interval(start, end)))
        self._holidays: dict[int | None, list[date]] = defaultdict(list)
        for place, day in HOLIDAYS(locations=ids, first=span.start.date() - DAY, last=span.end.date() + DAY):
            self._holidays[place].append(day)
        self._masks: dict[tuple[int, Timeline], int] = {}

    def mask(self, location: Location, timeline: Timeline) -> int:
        """The minutes of ``timeline`` in which the location is closed whatever the weekly hours say."""
        key = (location.pk, timeline)
        if key not in self._masks:
            self._masks[key] = self._closed(location, timeline)
        return self._masks[key]

    def _closed(self, location: Location, timeline: Timeline) -> int:
        days = {*self._holidays[None], *self._holidays[location.pk]}
        zone = location.zone
        closed = timeline.touched(Interval(start_of_day(day, zone), start_of_day(day + DAY, zone)) for day in days)
        exceptions = self._exceptions[location.pk]
        opened_anyway = timeline.filled(time for kind, time in exceptions if kind == LocationException.Kind.OPEN)
        closed_anyway = timeline.touched(time for kind, time in exceptions if kind == LocationException.Kind.CLOSED)
        return closed & ~opened_anyway | closed_anyway


def location_of(doctor: Doctor, interval: Interval) -> Location | None:
    """Where the doctor sees patients through the whole of ``interval``; None: not available."""
    return OpenHours([doctor], interval).location_of(doctor, interval)


def nearest_location(doctor: Doctor, interval: Interval) -> Location | None:
    """Where the doctor is in the hours around ``interval``, or else usually."""
    return OpenHours([doctor], interval.widened(DAY)).nearest_location(doctor, interval)


def outside_hours(
    doctor: Doctor,
    *,
    now: datetime,
    within: Interval | None = None,
    week: Iterable[WeeklyHours] | None = None,
    extra: Iterable[AvailabilityException] = (),
) -> list[Appointment]:
    """The doctor's visits to come (those touching ``within``) that the hours no longer cover, soonest first.

    ``week`` and ``extra`` ask what would be: see `OpenHours`.
    """
    visits = Appointment.objects.filter(doctor=doctor).blocking().upcoming(now).order_by("start", "id")
    if within:
        visits = visits.overlapping(within)
    found = list(visits.with_names())
    if not found:
        return []
    hours = OpenHours([doctor], Interval(found[0].start, max(visit.end for visit in found)), week=week, extra=extra)
    return [visit for visit in found if hours.location_of(doctor, visit.interval) is None]
