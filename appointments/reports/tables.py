"""Reports as tables: for files, and for those who would rather read numbers than see them drawn."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appointments.exporting import text_of
from appointments.reports.attendance import attendance
from appointments.reports.bookings import bookings
from appointments.reports.cancellations import cancellations
from appointments.reports.lead_times import lead_times
from appointments.reports.scope import Scope
from appointments.reports.utilisation import Utilisation, utilisation
from appointments.reports.waits import Wait, waits
from common.csv import written


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A report's rows, under the names that the API has for them."""

    columns: Sequence[str]
    rows: Callable[[Scope], list[Sequence[Any]]]

    def lines(self, scope: Scope) -> Iterator[str]:
        """The file in pieces."""
        return written(self.columns, ([text_of(cell) for cell in row] for row in self.rows(scope)))


def _minutes(of: Utilisation) -> tuple[Any, ...]:
    return of.open_minutes, of.booked_minutes, of.utilisation


def _wait(of: Wait) -> tuple[Any, ...]:
    return of.visits, of.median_minutes, of.p90_minutes


WAITS = ("visits", "median_minutes", "p90_minutes")
MINUTES = ("open_minutes", "booked_minutes", "utilisation")

TABLES: Mapping[str, ReportTable] = {
    "bookings": ReportTable(
        ("date", "booked", "cancelled", "no_shows"),
        lambda scope: [(day.date, day.booked, day.cancelled, day.no_shows) for day in bookings(scope)],
    ),
    "utilisation-by-doctor": ReportTable(
        ("doctor", "doctor_name", *MINUTES),
        lambda scope: [(row.doctor, row.doctor_name, *_minutes(row.minutes)) for row in utilisation(scope).by_doctor],
    ),
    "utilisation-by-weekday": ReportTable(
        ("weekday", *MINUTES),
        lambda scope: [(row.weekday, *_minutes(row.minutes)) for row in utilisation(scope).by_weekday],
    ),
    "no-shows": ReportTable(
        ("doctor", "doctor_name", "attended", "no_shows", "unrecorded", "rate"),
        lambda scope: [
            (row.doctor, row.doctor_name, of.attended, of.no_shows, of.unrecorded, of.rate)
            for row in attendance(scope).by_doctor
            for of in [row.attendance]
        ],
    ),
    "lead-times": ReportTable(
        ("lead", "visits"),
        lambda scope: [(bucket.lead, bucket.visits) for bucket in lead_times(scope).distribution],
    ),
    "cancellations-by-lead": ReportTable(
        ("lead", "visits"), lambda scope: [(row.name, row.visits) for row in cancellations(scope).by_lead]
    ),
    "cancellations-by-reason": ReportTable(
        ("reason", "visits"), lambda scope: [(row.name, row.visits) for row in cancellations(scope).by_reason]
    ),
    "waits-by-day": ReportTable(
        ("date", *WAITS), lambda scope: [(row.date, *_wait(row.wait)) for row in waits(scope).by_day]
    ),
    "waits-by-doctor": ReportTable(
        ("doctor", "doctor_name", *WAITS),
        lambda scope: [(row.doctor, row.doctor_name, *_wait(row.wait)) for row in waits(scope).by_doctor],
    ),
}
