"""Cancelled visits: how many, how long before they would have begun, by whom, and why."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, CharField, Count, Max, Q, Value, When

from accounts.roles import Role
from appointments.lifecycle import Status
from appointments.models import AppointmentChange
from appointments.reports.scope import LEAD, Scope

# How long before the start it was cancelled.
LEADS = ("after_start", "under_1_day", "1_day", "2_to_6_days", "7_days_or_more")
BY = ("patient", "clinic", "system")
# A reason that stands once may tell of a person: it is counted among the others.
SEEN_OFTEN = 2
MOST_REASONS = 10
NO_REASON = ""
OTHER = "other"
# Lines of the history that are a cancellation.
CANCELLING = (
    Q(history__to_status=Status.CANCELLED)
    & ~Q(history__from_status=Status.CANCELLED)
    & ~Q(history__action=AppointmentChange.Action.UNDONE)
)


@dataclass(frozen=True, slots=True)
class Counted:
    """``name`` is a lead, who it was, or a reason as it was written ("" is none, "other" all that are not listed)."""

    name: str
    visits: int


@dataclass(frozen=True, slots=True)
class Cancellations:
    """Of visits that would begin in the period and are cancelled now; each by its last cancellation.

    What was changed of a visit that was cancelled already is none, nor is a return to the calendar that was taken back.
    """

    total: int
    by_lead: list[Counted]
    by_whom: list[Counted]
    by_reason: list[Counted]


def cancellations(scope: Scope) -> Cancellations:
    """A query for each time zone."""
    leads: Counter[str] = Counter()
    whom: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for zone, places in scope.zones().items():
        cancelled = scope.visits(zone, places).filter(status=Status.CANCELLED)
        last = cancelled.values("pk").annotate(change=Max("history__pk", filter=CANCELLING))
        rows = AppointmentChange.objects.filter(pk__in=last.values("change")).order_by().annotate(lead=LEAD)
        grouped = rows.annotate(when=_lead_case(), who=_who_case()).values("when", "who", "reason")
        for row in grouped.annotate(visits=Count("pk")):
            leads[row["when"]] += row["visits"]
            whom[row["who"]] += row["visits"]
            reasons[row["reason"].strip()] += row["visits"]
    return Cancellations(
        sum(leads.values()),
        [Counted(name, leads[name]) for name in LEADS],
        [Counted(name, whom[name]) for name in BY],
        _told(reasons),
    )


def _told(reasons: Counter[str]) -> list[Counted]:
    """The commonest first, equal ones by their words; none given and the others at the end."""
    often = [(reason, count) for reason, count in reasons.items() if reason and count >= SEEN_OFTEN]
    often.sort(key=lambda pair: (-pair[1], pair[0]))
    listed = often[:MOST_REASONS]
    other = sum(count for reason, count in reasons.items() if reason) - sum(count for _, count in listed)
    rest = [(OTHER, other), (NO_REASON, reasons[NO_REASON])]
    return [Counted(reason, count) for reason, count in [*listed, *(pair for pair in rest if pair[1])]]


def _lead_case() -> Case:
    edges = (("under_1_day", 1), ("1_day", 2), ("2_to_6_days", 7))
    return Case(
        When(lead__lt=timedelta(0), then=Value("after_start")),
        *(When(lead__lt=timedelta(days=days), then=Value(name)) for name, days in edges),
        default=Value("7_days_or_more"),
        output_field=CharField(),
    )


def _who_case() -> Case:
    return Case(
        # By the private link of the visit, which nobody signs in for.
        When(by__isnull=True, appointment__online_booking__isnull=False, then=Value("patient")),
        When(by__isnull=True, then=Value("system")),
        When(by__role=Role.PATIENT, then=Value("patient")),
        default=Value("clinic"),
        output_field=CharField(),
    )
