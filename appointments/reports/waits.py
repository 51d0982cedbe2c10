"""How long patients wait in the clinic: from the minute of their arrival to the minute they go into the room."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, DurationField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate, TruncMinute

from appointments.lifecycle import Status
from appointments.models import Appointment, AppointmentChange
from appointments.reports.scope import Scope
from scheduling.intervals import MINUTE

SEEN = (Status.IN_PROGRESS, Status.COMPLETED)


@dataclass(frozen=True, slots=True)
class Wait:
    """Of ``visits`` half waited ``median_minutes`` at most, nine of ten ``p90_minutes``; None without any."""

    visits: int
    median_minutes: int | None
    p90_minutes: int | None

    @classmethod
    def of(cls, minutes: Mapping[int, int]) -> "Wait":
        """``minutes`` are how many visits waited how long."""
        return cls(sum(minutes.values()), _nearest_rank(minutes, 50), _nearest_rank(minutes, 90))


@dataclass(frozen=True, slots=True)
class OfDay:
    date: date
    wait: Wait


@dataclass(frozen=True, slots=True)
class OfDoctor:
    doctor: int
    doctor_name: str
    wait: Wait


@dataclass(frozen=True, slots=True)
class Waits:
    """In all; every day of the period; and the doctors of whom any is known, by name.

    Of visits that begin in the period, were checked in and then started: what was taken back is not counted. A visit
    that began or was completed without having been checked in tells nothing.
    """

    total: Wait
    by_day: list[OfDay]
    by_doctor: list[OfDoctor]


def waits(scope: Scope) -> Waits:
    """Two queries for each time zone, and one: the database counts how many waited how many minutes."""
    total: Counter[int] = Counter()
    of_day: dict[date, Counter[int]] = {day: Counter() for day in scope.days}
    of_doctor: dict[int, Counter[int]] = defaultdict(Counter)
    for zone, places in scope.zones().items():
        known = _known(scope.visits(zone, places))
        for day, wait, visits in _counted(known.annotate(day=TruncDate("start", tzinfo=zone)), "day"):
            of_day[day][wait] += visits
            total[wait] += visits
        for doctor, wait, visits in _counted(known, "doctor"):
            of_doctor[doctor][wait] += visits
    names = scope.doctors.filter(pk__in=of_doctor).order_by("name_key", "id").values_list("pk", "full_name")
    return Waits(
        Wait.of(total),
        [OfDay(day, Wait.of(minutes)) for day, minutes in of_day.items()],
        [OfDoctor(pk, name, Wait.of(of_doctor[pk])) for pk, name in names],
    )


def _known(visits: QuerySet[Appointment]) -> QuerySet[Any]:
    """The visits of which the wait is known, with it. The last time that each step was taken is the one that counts.

    A start that was taken back leaves none: then the last that is told of it leads from it, and not from check-in.
    """
    taken_back = Q(action=AppointmentChange.Action.UNDONE, from_status=Status.IN_PROGRESS)
    started = _last(_step_to(Status.IN_PROGRESS) | taken_back)
    return (
        visits.filter(status__in=SEEN)
        .annotate(
            before=Subquery(started.values("from_status")[:1]),
            wait=ExpressionWrapper(
                _minute(started) - _minute(_last(_step_to(Status.CHECKED_IN))), output_field=DurationField()
            ),
        )
        .filter(before=Status.CHECKED_IN)
    )


def _step_to(status: Status) -> Q:
    """Also one that gave the visit a room at once."""
    return Q(to_status=status) & ~Q(action=AppointmentChange.Action.UNDONE)


def _last(steps: Q) -> QuerySet[AppointmentChange]:
    """Of a visit, the last line of its history that is one of ``steps``; what left the status as it was is none."""
    lines = AppointmentChange.objects.filter(steps, appointment=OuterRef("pk"))
    return lines.exclude(from_status=F("to_status")).order_by("-id")


def _minute(step: QuerySet[AppointmentChange]) -> TruncMinute:
    return TruncMinute(Subquery(step.values("at")[:1], output_field=DateTimeField()), tzinfo=UTC)


def _counted(known: QuerySet[Any], by: str) -> list[tuple[Any, int, int]]:
    """Of each ``by``: how many minutes, and how many visits waited so long."""
    rows = known.values(by, "wait").annotate(visits=Count("pk")).values_list(by, "wait", "visits")
    return [(key, max(wait, timedelta(0)) // MINUTE, visits) for key, wait, visits in rows]


def _nearest_rank(minutes: Mapping[int, int], percent: int) -> int | None:
    """The fewest minutes that ``percent`` of the visits did not exceed."""
    visits, reached = sum(minutes.values()), 0
    for wait in sorted(minutes):
        reached += minutes[wait]
        if reached * 100 >= visits * percent:
            return wait
    return None
