"""Records as tables: the columns are the API's fields, and what `importing` needs to know the same people again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Right, may
from appointments.models import Appointment
from clinics.instants import show_instant
from common.csv import ROWS_A_CHUNK, written
from doctors.models import Doctor, WeeklyHours
from patients.identifiers import IDENTIFIERS, masked
from patients.models import Patient
from scheduling.hours import WEEKDAYS

Value = Callable[[Any], Any]

IDENTIFYING = frozenset({*IDENTIFIERS, "patient_national_id", "guardian_national_id"})
NOTES = frozenset({"notes", "desk_notes"})


@dataclass(frozen=True, slots=True)
class Export:
    """A kind of record as a table: what is read with each, its columns, and ``everything`` in a total order."""

    name: str
    related: tuple[str, ...]
    columns: Mapping[str, Value]
    everything: Callable[[], QuerySet[Any]]

    def lines(self, records: QuerySet[Any], reader: User | None = None) -> Iterator[str]:
        """The file in pieces, in the order of ``records``; at no time are more in memory than one piece's.

        With what ``reader`` may see of them; None: the clinic itself.
        """
        if self.related:
            records = records.select_related(*self.related)
        values = [value if reader is None else seen_by(reader, name, value) for name, value in self.columns.items()]
        rows = ([text_of(value(record)) for value in values] for record in records.iterator(ROWS_A_CHUNK))
        return written(list(self.columns), rows)


def seen_by(reader: User, column: str, value: Value) -> Value:
    """How a column reads for somebody: identifiers masked, notes of the desk left out, where they are not theirs."""
    if column in IDENTIFYING and not may(reader, Right.READ_IDENTIFIERS):
        return lambda record: masked(value(record))
    if column in NOTES and not may(reader, Right.READ_DESK_NOTES):
        return lambda record: ""
    return value


def text_of(value: Any) -> str:
    """As the API shows it: ISO dates, instants in UTC, true and false; nothing is blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return show_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)


def _of(path: str) -> Value:
    """The value behind a path of attributes, None where one on the way is None."""

    def value(record: Any) -> Any:
        for name in path.split("."):
            record = None if record is None else getattr(record, name)
        return record

    return value


def _plain(*names: str) -> dict[str, Value]:
    return {name: attrgetter(name) for name in names}


def _weekday(window: WeeklyHours) -> str:
    return WEEKDAYS[window.weekday]


_DOCTOR = {"doctor": _of("doctor_id"), "doctor_email": _of("doctor.email"), "doctor_name": _of("doctor.full_name")}
_LOCATION = {"location": _of("location_id"), "location_name": _of("location.name")}
_STAMPS = _plain("created_at", "updated_at")

EXPORTS: dict[str, Export] = {
    export.name: export
    for export in (
        Export(
            "doctors",
            (),
            _plain("id", "full_name", "email", "specialization", "default_duration_minutes", "active") | _STAMPS,
            partial(Doctor.objects.order_by, "id"),
        ),
        Export(
            "hours",
            ("doctor", "location"),
            _DOCTOR | {"weekday": _weekday} | _plain("start", "end") | _LOCATION | _plain("valid_from", "valid_until"),
            partial(WeeklyHours.objects.order_by, "doctor_id", "weekday", "start", "id"),
        ),
        Export(
            "patients",
            ("guardian",),
            _plain("id", "full_name", "email", "phone_number", "national_id", "insurance_number", "date_of_birth")
            | _plain("sex", "preferred_language", "contact_preference", "desk_notes")
            | {
                "guardian": _of("guardian_id"),
                "guardian_national_id": _of("guardian.national_id"),
                "guardian_name": _of("guardian.full_name"),
                "active": _of("active"),
            }
            | _STAMPS,
            lambda: Patient.objects.unmerged().order_by("id"),
        ),
        Export(
            "appointments",
            ("patient", "doctor", "location", "room", "appointment_type"),
            _plain("id")
            | {
                "patient": _of("patient_id"),
                "patient_national_id": _of("patient.national_id"),
                "patient_name": _of("patient.full_name"),
            }
            | _DOCTOR
            | _LOCATION
            | {
                "room": _of("room_id"),
                "room_name": _of("room.name"),
                "appointment_type": _of("appointment_type_id"),
                "appointment_type_name": _of("appointment_type.name"),
                "appointment_time": _of("start"),
            }
            | _plain("end", "duration_minutes", "status", "notes")
            | {"series": _of("series_id")}
            | _plain("version")
            | _STAMPS,
            partial(Appointment.objects.order_by, "start", "id"),
        ),
    )
}
