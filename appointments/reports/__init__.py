"""What happened, in numbers: pure questions to the database, for the API and the dashboard alike.

Every number is defined where it is counted; docs/reports.md tells them to people.
"""

from dataclasses import dataclass

from appointments.reports.attendance import Attendances, attendance
from appointments.reports.bookings import DayOfBookings, bookings
from appointments.reports.cancellations import Cancellations, cancellations
from appointments.reports.lead_times import LeadTimes, lead_times
from appointments.reports.scope import MOST_DAYS, Scope
from appointments.reports.utilisation import Utilisations, utilisation
from appointments.reports.waits import Waits, waits

__all__ = ["MOST_DAYS", "Report", "Scope", "report"]


@dataclass(frozen=True, slots=True)
class Report:
    """All of them for one scope."""

    scope: Scope
    bookings: list[DayOfBookings]
    utilisation: Utilisations
    attendance: Attendances
    lead_times: LeadTimes
    cancellations: Cancellations
    waits: Waits


def report(scope: Scope) -> Report:
    """Count everything; a fixed number of queries for each time zone, however many visits there are."""
    return Report(
        scope,
        bookings(scope),
        utilisation(scope),
        attendance(scope),
        lead_times(scope),
        cancellations(scope),
        waits(scope),
    )
