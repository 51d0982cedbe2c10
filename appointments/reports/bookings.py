"""Visits by the local day on which they begin."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from appointments.lifecycle import BLOCKS, Status
from appointments.reports.scope import Scope


@dataclass(frozen=True, slots=True)
class DayOfBookings:
    """``booked`` take the doctor's time (they stand, or took place); ``cancelled`` and ``no_shows`` gave it back."""

    date: date
    booked: int
    cancelled: int
    no_shows: int


def bookings(scope: Scope) -> list[DayOfBookings]:
    """Every day of the period in order, those without visits as well. A query for each time zone."""
    counts = {day: [0, 0, 0] for day in scope.days}
    for zone, places in scope.zones().items():
        visits = scope.visits(zone, places).annotate(day=TruncDate("start", tzinfo=zone)).values("day")
        rows = visits.annotate(
            booked=Count("pk", filter=BLOCKS),
            cancelled=Count("pk", filter=Q(status=Status.CANCELLED)),
            no_shows=Count("pk", filter=Q(status=Status.NO_SHOW)),
        )
        for day, *numbers in rows.values_list("day", "booked", "cancelled", "no_shows"):
            counts[day] = [sum(pair) for pair in zip(counts[day], numbers, strict=True)]
    return [DayOfBookings(day, *numbers) for day, numbers in counts.items()]
