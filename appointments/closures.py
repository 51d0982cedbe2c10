"""When locations are closed: holidays and the locations' own exceptions, of the places where some doctors work."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import FilteredRelation, Q

from clinics.models import Holiday, Location, LocationException
from common.prepared import Prepared
from doctors.models import AvailabilityException, WeeklyHours
from scheduling.hours import local_days
from scheduling.intervals import Interval, Timeline

PLACE = [field.attname for field in Location._meta.concrete_fields]


def _places(*, weekly: bool) -> Prepared:
    """The places where doctors work: a row for each exception of the place, or one row where it has none.

    ``weekly``: the places of their weekly hours are looked up as well. Without it the caller, who knows these hours
    already, names the places in ``also``.
    """
    return Prepared(
        lambda doctors, also, start, end: (
            Location.objects.filter(_where_they_work("pk", doctors, also, start, end, weekly=weekly))
            .alias(
                away=FilteredRelation("exceptions", condition=Q(exceptions__start__lt=end, exceptions__end__gt=start))
            )
            .order_by("pk")
            .values_list(*PLACE, "away__kind", "away__start", "away__end")
        )
    )


def _holidays(*, weekly: bool) -> Prepared:
    """The holidays of these places, and those that hold everywhere: location id (or None) and date."""
    return Prepared(
        lambda doctors, also, start, end, first, last: Holiday.objects.filter(
            Q(location=None) | _where_they_work("location__pk", doctors, also, start, end, weekly=weekly),
            date__range=(first, last),
        ).values_list("location_id", "date")
    )


def _where_they_work(key: str, doctors: Any, also: Any, start: Any, end: Any, *, weekly: bool) -> Q:
    """Rows whose ``key`` is the id of a location where the doctors work at any time, or one of the ids ``also``."""
    now_and_then = AvailabilityException.objects.filter(doctor__pk__among=doctors, start__lt=end, end__gt=start)
    places = [("among", also), ("in", now_and_then.values("location"))]
    if weekly:
        places.append(("in", WeeklyHours.objects.filter(doctor__pk__among=doctors).values("location")))
    return Q(*((f"{key}__{lookup}", ids) for lookup, ids in places), _connector=Q.OR)


PLACES, HOLIDAYS = _places(weekly=True), _holidays(weekly=True)
PLACES_BUT_WEEKLY, HOLIDAYS_BUT_WEEKLY = _places(weekly=False), _holidays(weekly=False)


class Closures:
    """When locations are closed: on holidays, unless they open in spite of them, and by closures of their own.

    ``places`` and ``holidays`` are the answers to `PLACES` and `HOLIDAYS`; ``locations`` are the places, by id.
    """

    def __init__(self, places: Iterable[Any], holidays: Iterable[Any]) -> None:
        self._exceptions: dict[int, list[tuple[str, Interval]]] = defaultdict(list)
        self.locations: dict[int, Location] = {}
        for *row, kind, start, end in places:
            location = Location.from_db(DEFAULT_DB_ALIAS, PLACE, row)
            self.locations[location.pk] = location
            if kind:
                self._exceptions[location.pk].append((kind, Interval(start, end)))
        self._holidays: dict[int | None, list[date]] = defaultdict(list)
        for place, day in holidays:
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
        closed = timeline.touched(filter(None, (local_days(day, day, zone) for day in days)))
        exceptions = self._exceptions[location.pk]
        opened_anyway = timeline.filled(time for kind, time in exceptions if kind == LocationException.Kind.OPEN)
        closed_anyway = timeline.touched(time for kind, time in exceptions if kind == LocationException.Kind.CLOSED)
        return closed & ~opened_anyway | closed_anyway
