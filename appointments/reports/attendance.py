"""Who came: visits that took place against those that were missed."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from appointments.lifecycle import MOVABLE, Status
from appointments.reports.scope import Scope

CAME = (Status.CHECKED_IN, Status.IN_PROGRESS, Status.COMPLETED)


@dataclass(frozen=True, slots=True)
class Attendance:
    """Of visits that begin in the period.

    ``attended``: the patient came (checked in, in progress, completed). ``no_shows``: marked as missed. ``unrecorded``:
    over, and nobody has said which. The rate is no-shows over both that are known, in four decimals; None without any.
    Cancelled visits are in neither.
    """

    attended: int
    no_shows: int
    unrecorded: int

    @property
    def rate(self) -> float | None:
        known = self.attended + self.no_shows
        return round(self.no_shows / known, 4) if known else None


@dataclass(frozen=True, slots=True)
class OfDoctor:
    doctor: int
    doctor_name: str
    attendance: Attendance


@dataclass(frozen=True, slots=True)
class Attendances:
    total: Attendance
    by_doctor: list[OfDoctor]


def attendance(scope: Scope) -> Attendances:
    """In all, and by doctor (those with visits, by name). A query for each time zone, and one."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for zone, places in scope.zones().items():
        visits = scope.visits(zone, places).values("doctor")
        rows = visits.annotate(
            attended=Count("pk", filter=Q(status__in=CAME)),
            no_shows=Count("pk", filter=Q(status=Status.NO_SHOW)),
            unrecorded=Count("pk", filter=Q(status__in=MOVABLE, end__lte=scope.now)),
        )
        for doctor, *numbers in rows.values_list("doctor", "attended", "no_shows", "unrecorded"):
            found[doctor] = [sum(pair) for pair in zip(found[doctor], numbers, strict=True)]
    names = scope.doctors.filter(pk__in=found).order_by("name_key", "id").values_list("pk", "full_name")
    by_doctor = [OfDoctor(pk, name, Attendance(*found[pk])) for pk, name in names if any(found[pk])]
    total = [sum(numbers[number] for numbers in found.values()) for number in range(3)]
    return Attendances(Attendance(*total), by_doctor)
