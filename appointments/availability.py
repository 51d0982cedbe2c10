"""When a doctor can be booked: hours and exceptions read from the database, weighed by the engine in `scheduling`.

Booking and the slot list ask the same functions, so that they always agree. A doctor's exception beats the location's
exception, which beats a holiday, which beats the weekly hours. Between exceptions of one owner closed wins.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from itertools import chain
from typing import Any

from appointments.closures import HOLIDAYS, HOLIDAYS_BUT_WEEKLY, PLACES, PLACES_BUT_WEEKLY, Closures
from appointments.models import Appointment
from clinics.models import Location
from common.prepared import Prepared, Question
from common.together import ask
from doctors.models import AvailabilityException, Bookable, Doctor, Practitioner, WeeklyHours, WrittenWeek
from scheduling.hours import WeeklyWindow, opened_minutes
from scheduling.intervals import DAY, MINUTE, Interval, Timeline, runs
from scheduling.slots import covers

# A doctor's week as one text: of hundreds of doctors most work the same few weeks, each of which is read once.
WEEKS = Prepared(
    lambda doctors: WrittenWeek.objects.filter(doctor__pk__among=doctors).values_list("doctor_id", "windows")
)
EXCEPTIONS = Prepared(
    lambda doctors, start, end: AvailabilityException.objects.filter(
        doctor__pk__among=doctors, start__lt=end, end__gt=start
    ).order_by("id")
)


@dataclass(frozen=True, eq=False, slots=True)
class Week:
    """Weekly windows by the id of their location, as the week goes. Those who work alike share one."""

    windows: dict[int, tuple[WeeklyWindow, ...]]

    @classmethod
    def of(cls, placed: Iterable[tuple[int, WeeklyWindow]]) -> "Week":
        windows: dict[int, list[WeeklyWindow]] = defaultdict(list)
        for location, window in sorted(placed, key=lambda one: (one[1].weekday, one[1].start, one[0])):
            windows[location].append(window)
        return cls({location: tuple(those) for location, those in windows.items()})

    @staticmethod
    @lru_cache(maxsize=4096)
    def read(text: str) -> "Week":
        """The week of a text that `WEEKS` finds."""
        return Week.of(_window(window.split(" ")) for window in text.split(";"))


NO_WEEK = Week({})


def _window(fields: list[str]) -> tuple[int, WeeklyWindow]:
    weekday, location, start, end, *validity = fields
    days = (date.fromisoformat(day) if day else None for day in validity)
    return int(location), WeeklyWindow(int(weekday), time.fromisoformat(start), time.fromisoformat(end), *days)


def questions(doctors: Collection[Bookable], span: Interval) -> list[Question]:
    """What `OpenHours` asks, to be asked together with other things."""
    return _questions(doctors, span, (), _known_weeks(doctors))


def _questions(
    doctors: Collection[Bookable], span: Interval, also: Iterable[int], weeks: dict[int, Week] | None
) -> list[Question]:
    """``also`` are ids of further locations to read, ``weeks`` the doctors' weeks where they are known already."""
    ids = [doctor.id for doctor in doctors]
    places = {*also, *(place for week in {*(weeks or {}).values()} for place in week.windows)}
    of = {"doctors": ids, "start": span.start, "end": span.end}
    where = {**of, "also": list(places)}
    days = {"first": span.start.date() - DAY, "last": span.end.date() + DAY}
    if weeks is None:
        return [EXCEPTIONS.of(**of), PLACES.of(**where), HOLIDAYS.of(**where, **days), WEEKS.of(doctors=ids)]
    return [EXCEPTIONS.of(**of), PLACES_BUT_WEEKLY.of(**where), HOLIDAYS_BUT_WEEKLY.of(**where, **days)]


def _known_weeks(doctors: Collection[Bookable]) -> dict[int, Week] | None:
    """The weeks of practitioners, who bring them along, by id; None where somebody else is among the doctors."""
    practitioners = [doctor for doctor in doctors if isinstance(doctor, Practitioner)]
    if len(practitioners) < len(doctors):
        return None
    return {doctor.id: Week.read(doctor.week) for doctor in practitioners if doctor.week}


class OpenHours:
    """What hours, exceptions and holidays say about ``span``: one query, however many doctors and days.

    ``week`` and ``extra`` show what would be: one doctor's week in place of the stored one, and exceptions beside the
    stored ones, neither of which need be stored. ``answers`` are those to `questions`, where somebody has asked.
    """

    def __init__(
        self,
        doctors: Collection[Bookable],
        span: Interval,
        *,
        week: Iterable[WeeklyHours] | None = None,
        extra: Iterable[AvailabilityException] = (),
        answers: list[list[Any]] | None = None,
    ) -> None:
        extra = list(extra)
        week = None if week is None else [window for window in week if window.location.active]
        also = [window.location_id for window in (*(week or ()), *extra)]
        known = _known_weeks(doctors)
        exceptions, places, holidays, *weeks = answers or ask(*_questions(doctors, span, also, known))
        self._weeks: dict[int, Week] = {}
        if week is None:
            self._weeks = {doctor: Week.read(text) for doctor, text in chain(*weeks)} if known is None else known
        for doctor in {tried.doctor_id for tried in week or ()}:
            windows = ((tried.location_id, tried.window) for tried in week or () if tried.doctor_id == doctor)
            self._weeks[doctor] = Week.of(windows)
        self._exceptions: dict[int, list[AvailabilityException]] = defaultdict(list)
        for exception in chain(exceptions, extra):
            self._exceptions[exception.doctor_id].append(exception)
        self._closures = Closures(places, holidays)
        self.locations = self._closures.locations
        self._usuals: dict[Week, dict[int, int]] = {}
        self._timeline: Timeline | None = None  # of these masks

    def masks(self, doctor: Bookable, timeline: Timeline) -> Mapping[int, int]:
        """The doctor's open minutes on ``timeline``, by location id. No minute is open at two places."""
        masks = self._usual(self._weeks.get(doctor.id, NO_WEEK), timeline)
        if doctor.id not in self._exceptions:
            return masks
        closed = 0
        for exception in self._exceptions[doctor.id]:
            if exception.kind == AvailabilityException.Kind.CLOSED:
                closed |= timeline.touched([exception.interval])
            elif self.locations[exception.location_id].active:
                extra = timeline.filled([exception.interval])
                masks = {location: mask & ~extra for location, mask in masks.items()}
                masks[exception.location_id] = masks.get(exception.location_id, 0) | extra
        return {location: mask & ~closed for location, mask in masks.items()}

    def leave(self, doctor: Bookable) -> list[AvailabilityException]:
        """The doctor's exceptions that close a stretch of the span."""
        return [e for e in self._exceptions.get(doctor.id, ()) if e.kind == AvailabilityException.Kind.CLOSED]

    def _usual(self, week: Week, timeline: Timeline) -> dict[int, int]:
        """The open minutes of a week less what closes the locations, by location id: once for all who share it."""
        if timeline is not self._timeline:
            self._timeline, self._usuals = timeline, {}
        if week not in self._usuals:
            masks: dict[int, int] = {}
            taken = 0  # a location that moves to another time zone can bring hours together that were apart
            for location, windows in week.windows.items():
                place = self.locations.get(location)
                if place is None or not place.active:
                    continue
                weekly = opened_minutes(windows, place.zone, timeline) & ~taken
                taken |= weekly
                masks[location] = weekly & ~self._closures.mask(place, timeline)
            self._usuals[week] = masks
        return self._usuals[week]

    def places_of(self, doctor: Bookable, days: Interval) -> list[Location]:
        """Where the doctor sees patients around these days, or, if nowhere then, at any other time.

        Only places in use. A place for which there is nothing but leave does not count.
        """
        first, last = days.start.date(), days.end.date()
        weekly = self._weeks.get(doctor.id, NO_WEEK).windows
        ids = {place for place, windows in weekly.items() if any(window.holds(first, last) for window in windows)}
        exceptions = self._exceptions.get(doctor.id, ())
        ids |= {e.location_id for e in exceptions if e.kind == AvailabilityException.Kind.OPEN}
        return [place for pk, place in self.locations.items() if pk in (ids or weekly) and place.active]

    def location_of(self, doctor: Bookable, interval: Interval) -> Location | None:
        """Where the doctor is through the whole of ``interval``, or None if not available through all of it."""
        timeline = Timeline.of_days(interval)  # of what is closed in the rest of them nothing is known here
        wanted = timeline.touched([interval])
        for location, mask in self.masks(doctor, timeline).items():
            if covers(mask, wanted):
                return self.locations[location]
        return None

    def cover(self, visit: Appointment) -> bool:
        """Whether the doctor is where the visit is, through all of it."""
        place = self.location_of(visit.doctor, visit.interval)
        return place is not None and place.pk == visit.location_id

    def nearest_location(self, doctor: Bookable, interval: Interval) -> Location | None:
        """Where the doctor is closest in time to ``interval``, a day around it; else where the weekly hours begin."""
        timeline = Timeline.over(interval.widened(DAY))
        start, end = DAY // MINUTE, timeline.minutes - DAY // MINUTE
        gaps = {
            location: min(max(first - end, start - last, 0) for first, last in runs(mask))
            for location, mask in self.masks(doctor, timeline).items()
            if mask
        }
        weekly = self._weeks.get(doctor.id, NO_WEEK).windows
        usually = next((location for location in weekly if self.locations[location].active), None)
        nearest = min(gaps, key=lambda location: gaps[location]) if gaps else usually
        return self.locations[nearest] if nearest else None


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

    A visit at whose time the doctor is at another place by now is one of those; of a doctor who is not active each is.
    ``week`` and ``extra`` ask what would be: see `OpenHours`.
    """
    visits = Appointment.objects.filter(doctor=doctor).blocking().upcoming(now).order_by("start", "id")
    if within:
        visits = visits.overlapping(within)
    found = list(visits.with_names())
    if not found or not doctor.active:
        return found
    hours = OpenHours([doctor], Interval(found[0].start, max(visit.end for visit in found)), week=week, extra=extra)
    return [visit for visit in found if not hours.cover(visit)]
