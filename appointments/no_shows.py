"""The nightly job that marks missed visits, at those locations only that ask for it (`Location.marks_no_shows`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from appointments import services
from appointments.lifecycle import MOVABLE
from appointments.models import Appointment
from clinics.models import Location
from common.errors import Conflict
from scheduling.hours import start_of_day

BATCH = 200
REASON = "Nobody checked in."


@dataclass(frozen=True, slots=True)
class Marked:
    """What was done at a location. ``passed_over`` visits changed while the job ran."""

    location: Location
    marked: int
    passed_over: int


def mark_no_shows(*, now: datetime) -> Iterator[Marked]:
    """Mark the visits of yesterday and before, in the location's local date, that nobody checked in or cancelled.

    Each in a transaction of its own, through `services`, on the version that was read. A second run finds nothing left.
    """
    for location in Location.objects.filter(marks_no_shows=True).order_by("id"):
        counts = {True: 0, False: 0}
        for visit in _overdue(location, now):
            counts[_mark(visit)] += 1
        yield Marked(location, marked=counts[True], passed_over=counts[False])


def _overdue(location: Location, now: datetime) -> Iterator[Appointment]:
    """Visits that began before the location's today and are over, read in batches by id."""
    today = start_of_day(location.local(now).date(), location.zone)
    visits = Appointment.objects.filter(location=location, status__in=MOVABLE, start__lt=today, end__lte=now)
    last = 0
    while batch := list(visits.filter(pk__gt=last).select_related("doctor", "patient").order_by("pk")[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _mark(visit: Appointment) -> bool:
    try:
        services.mark_no_show(visit, reason=REASON, seen_version=visit.version)
    except Conflict:  # somebody was faster, and knows better
        return False
    return True
