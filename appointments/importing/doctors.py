"""Doctors from a file. One whose e-mail is known is brought up to date; a new one has the clinic's opening hours."""

from collections.abc import Sequence
from typing import ClassVar

from appointments.importing.cells import read
from appointments.importing.importer import RowByRow, differing
from appointments.importing.lookups import known_by
from appointments.importing.outcomes import Outcome
from common.csv import Columns, Row
from doctors import services
from doctors.models import Doctor

FIELDS = ("full_name", "email", "specialization", "default_duration_minutes", "active")


class Doctors(RowByRow):
    name: ClassVar = "doctors"
    columns: ClassVar = Columns(
        known=FIELDS,
        required=[["full_name"], ["email"], ["specialization"]],
        unread=("id", "created_at", "updated_at"),
    )

    def __init__(self) -> None:
        self._by_email: dict[str, Doctor] = {}

    def load(self, rows: Sequence[Row]) -> None:
        emails = {row.cells["email"] for row in rows}
        self._by_email = {doctor.email.lower(): doctor for doctor in known_by(Doctor.objects.all(), "email", emails)}

    def store_row(self, row: Row) -> Outcome:
        doctor = self._by_email.get(row.cells["email"].lower())
        values = read(Doctor, row, FIELDS, new=doctor is None)
        if doctor is None:
            doctor = services.add(**values)
            self._by_email[doctor.email.lower()] = doctor
            return Outcome.CREATED
        values.pop("email")  # by which the record was found: its spelling stays
        changes = differing(doctor, values)
        if not changes:
            return Outcome.UNCHANGED
        self._by_email[doctor.email.lower()] = services.amend(doctor, **changes)
        return Outcome.UPDATED
