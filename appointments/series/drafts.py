"""A series that somebody would like to have: what it is made of, and the dates that its rule leads to."""

from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict

from appointments import availability
from appointments.errors import InThePast
from appointments.lengths import lasting, usual_minutes
from appointments.series.errors import RuleRefused
from appointments.series.facts import Terms
from clinics.models import AppointmentType, Location, Room
from common import clock
from doctors.models import Doctor
from patients.models import Patient
from scheduling.recurrence import BadRule, Occurrence, expand


class Wanted(TypedDict):
    """What a series is made of. ``start`` is the first visit's; ``rule`` is RFC 5545's."""

    patient: Patient
    doctor: Doctor
    start: datetime
    rule: str
    appointment_type: NotRequired[AppointmentType | None]
    duration_minutes: NotRequired[int | None]
    room: NotRequired[Room | None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A series that somebody would like to have. ``location`` is the one whose clock it follows."""

    terms: Terms
    location: Location
    occurrences: list[Occurrence]


def drafted_series(
    *,
    patient: Patient,
    doctor: Doctor,
    start: datetime,
    rule: str,
    appointment_type: AppointmentType | None = None,
    duration_minutes: int | None = None,
    room: Room | None = None,
) -> Draft:
    """The series with all its dates. Raises InThePast, BadDuration and RuleRefused."""
    now = clock.now()
    if start <= now:
        raise InThePast
    minutes = duration_minutes or usual_minutes(doctor, appointment_type)
    first = lasting(start, minutes)
    place = availability.location_of(doctor, first) or availability.nearest_location(doctor, first)
    location = place or Location.objects.default()
    try:
        occurrences = expand(rule, start, location.zone)
    except BadRule as error:
        raise RuleRefused(str(error)) from None
    return Draft(Terms(patient, doctor, appointment_type, minutes, room, now), location, occurrences)
