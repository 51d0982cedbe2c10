"""How long ahead visits are booked: from the moment of booking to the start that was booked then."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.db.models import Count, Q, Sum

from appointments.models import AppointmentChange
from appointments.reports.scope import LEAD, Scope
from scheduling.intervals import MINUTE

# Each reaches to the next one's beginning; the last has no end.
BUCKETS: tuple[tuple[str, int], ...] = (
    ("under_1_day", 0),
    ("1_day", 1),
    ("2_to_6_days", 2),
    ("7_to_13_days", 7),
    ("14_to_27_days", 14),
    ("28_days_or_more", 28),
)


@dataclass(frozen=True, slots=True)
class Bucket:
    lead: str
    visits: int


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """Of all visits that begin in the period, whatever became of them. ``mean_hours`` has one decimal; None: no visit.

    A visit that was moved counts by the start that it was first booked for. What was entered afterwards, or imported
    from the past, is under one day.
    """

    visits: int
    mean_hours: float | None
    distribution: list[Bucket]


def lead_times(scope: Scope) -> LeadTimes:
    """A query for each time zone."""
    edges = [timedelta(days=days) for _, days in BUCKETS[1:]]
    within = [Q(lead__lt=edges[0])]
    within += [Q(lead__gte=low, lead__lt=high) for low, high in pairwise(edges)]
    within += [Q(lead__gte=edges[-1])]
    counts, total, visits = [0] * len(BUCKETS), timedelta(0), 0
    for zone, places in scope.zones().items():
        booked = AppointmentChange.objects.filter(
            action=AppointmentChange.Action.BOOKED, appointment__in=scope.visits(zone, places)
        )
        said = (
            booked.order_by()
            .annotate(lead=LEAD)
            .aggregate(
                visits=Count("pk"),
                total=Sum("lead"),
                **{f"bucket_{number}": Count("pk", filter=condition) for number, condition in enumerate(within)},
            )
        )
        visits += said["visits"]
        total += said["total"] or timedelta(0)
        counts = [count + said[f"bucket_{number}"] for number, count in enumerate(counts)]
    mean = round(total / visits / (60 * MINUTE), 1) if visits else None
    return LeadTimes(visits, mean, [Bucket(name, count) for (name, _), count in zip(BUCKETS, counts, strict=True)])
