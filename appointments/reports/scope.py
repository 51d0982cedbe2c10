"""What a report is about: local days, a location or all, and some doctors or all."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet

from appointments.errors import BadPeriod
from appointments.models import Appointment
from clinics.instants import YEARS
from clinics.models import Location
from doctors.models import Doctor
from scheduling.hours import local_days
from scheduling.intervals import DAY, Interval

MOST_DAYS = 366
USUAL_DAYS = 28
# Of a line of the history: how long before the start, as it was then, it was written. Elapsed time, not local days.
LEAD = ExpressionWrapper(F("to_start") - F("at"), output_field=DurationField())


def period(first: date | None, last: date | None, *, today: date) -> tuple[date, date]:
    """The local days that somebody means who leaves one or both out: four weeks, up to today."""
    if first and not last:
        return first, first + (USUAL_DAYS - 1) * DAY
    last = last or today
    return first or last - (USUAL_DAYS - 1) * DAY, last


@dataclass(frozen=True)
class Scope:
    """The local days from ``first`` to ``last``, both included, by the clock of each visit's location.

    ``doctors`` are those whom the reader may see and asks about; ``location`` None is every one. ``now`` tells which
    visits are over. Raises BadPeriod.
    """

    first: date
    last: date
    doctors: QuerySet[Doctor]
    now: datetime
    location: Location | None = None

    def __post_init__(self) -> None:
        if self.first.year not in YEARS or self.last.year not in YEARS:
            raise BadPeriod(f"Ask about days from the years {YEARS[0]} to {YEARS[-1]}.", field="from")
        if self.last < self.first:
            raise BadPeriod("The last day is before the first.")
        if (self.last - self.first).days >= MOST_DAYS:
            raise BadPeriod(f"Ask about {MOST_DAYS} days at most.")

    @property
    def days(self) -> list[date]:
        return [self.first + number * DAY for number in range((self.last - self.first).days + 1)]

    @cached_property
    def locations(self) -> dict[int, Location]:
        """Those it is about, closed ones as well: what was, was."""
        rows = [self.location] if self.location else Location.objects.order_by("id")
        return {row.pk: row for row in rows}

    @cached_property
    def doctor_ids(self) -> list[int]:
        return list(self.doctors.order_by("id").values_list("pk", flat=True))

    def zones(self) -> dict[ZoneInfo, list[int]]:
        """The ids of the locations by their zones: aggregates by local day take a query for each zone."""
        found: dict[ZoneInfo, list[int]] = defaultdict(list)
        for place in self.locations.values():
            found[place.zone].append(place.pk)
        return found

    def interval(self, zone: ZoneInfo) -> Interval | None:
        """From the first instant of the first local day to the end of the last; None where there were none."""
        return local_days(self.first, self.last, zone)

    def visits(self, zone: ZoneInfo, places: Collection[int]) -> QuerySet[Appointment]:
        """Those that begin in the period at places of one zone, whatever became of them."""
        span = self.interval(zone)
        if span is None:
            return Appointment.objects.none()
        rows = Appointment.objects.filter(location__in=places, start__gte=span.start, start__lt=span.end)
        return rows.filter(doctor__in=self.doctor_ids).order_by()
