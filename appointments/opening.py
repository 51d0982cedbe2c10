"""When a doctor is open in the days to come, day by day, as people draw it: stored hours, or hours somebody tries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from appointments.availability import OpenHours
from clinics.models import Location
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from scheduling.intervals import DAY, Interval, Timeline

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """Open from ``first`` to ``last``, in minutes of the local day's wall clock (the last one can be 1440)."""

    location: Location
    first: int
    last: int

    @property
    def start(self) -> time:
        return time(self.first // 60, self.first % 60)

    @property
    def end(self) -> time:
        return time(self.last // 60 % 24, self.last % 60)

    @property
    def length(self) -> int:
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class OpenDay:
    day: date
    stretches: list[Stretch]


def open_days(
    doctor: Doctor,
    *,
    first: date,
    days: int,
    week: Iterable[WeeklyHours] | None = None,
    extra: Iterable[AvailabilityException] = (),
) -> list[OpenDay]:
    """The local days from ``first`` on, each with what is open of it, in order; one query, whatever the hours say.

    ``week`` and ``extra`` ask what would be: see `OpenHours`.
    """
    last = first + days * DAY
    span = Interval(datetime.combine(first, time(0), UTC) - DAY, datetime.combine(last, time(0), UTC) + DAY)
    hours = OpenHours([doctor], span, week=week, extra=extra)
    timeline = Timeline.over(span)
    found: dict[date, list[Stretch]] = {first + number * DAY: [] for number in range(days)}
    for pk, mask in hours.masks(doctor, timeline).items():
        place = hours.locations[pk]
        for stretch in timeline.stretches(mask):
            for day, of_day in _by_day(place, stretch):
                if day in found:
                    found[day].append(of_day)
    return [OpenDay(day, sorted(stretches, key=lambda s: (s.first, s.last))) for day, stretches in found.items()]


def _by_day(place: Location, stretch: Interval) -> Iterable[tuple[date, Stretch]]:
    """The stretch cut at local midnights, as the wall clock shows it."""
    begin, finish = place.local(stretch.start), place.local(stretch.end)
    day = begin.date()
    while day <= finish.date():
        first = begin.hour * 60 + begin.minute if day == begin.date() else 0
        last = finish.hour * 60 + finish.minute if day == finish.date() else MINUTES_A_DAY
        if first < last:
            yield day, Stretch(place, first, last)
        day += DAY
