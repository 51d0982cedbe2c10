"""Visits from a file, booked as a request books them; never twice for one patient, doctor and start."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError

from appointments import services
from appointments.importing import lookups
from appointments.importing.cells import value_of, whole_number
from appointments.importing.importer import RowByRow, together
from appointments.importing.outcomes import BLANK, BadCells, Outcome, Problem, bad_cell
from appointments.lifecycle import Status
from appointments.models import Appointment
from appointments.wall_time import instant_where
from clinics.instants import read_time
from clinics.models import AppointmentType, Room
from common.csv import Columns, Row
from doctors.models import LONGEST_VISIT_MINUTES, Doctor
from patients.models import Patient

PATIENT = ("patient", "patient_national_id", "patient_name")
DOCTOR = ("doctor", "doctor_email", "doctor_name")
TYPE = ("appointment_type", "appointment_type_name")
ROOM = ("room", "room_name")
WHY = "Imported from a file."
NEW_STATUS = "A visit that is not here yet can only be scheduled. Leave the status out."
Key = tuple[int, int, datetime]


class Appointments(RowByRow):
    name: ClassVar = "appointments"
    columns: ClassVar = Columns(
        known=together(PATIENT, DOCTOR, ["appointment_time", "duration_minutes"], TYPE, ROOM, ["status", "notes"]),
        required=[PATIENT[:2], DOCTOR[:2], ["appointment_time"]],
        unread=("id", "location", "location_name", "end", "version", "series", "created_at", "updated_at"),
    )

    def __init__(self) -> None:
        self._patients, self._doctors = lookups.patients(), lookups.doctors()
        self._types = lookups.Things("appointment_type", AppointmentType.objects.all(), "appointment type")
        self._rooms = lookups.Things("room", Room.objects.all(), "room")
        self._there: dict[Key, Appointment] = {}

    def load(self, rows: Sequence[Row]) -> None:
        self._patients.load(rows)
        self._doctors.load(rows)
        patients: set[int] = set()
        starts: set[datetime] = set()
        for row in rows:
            with suppress(BadCells):  # which is told when the row is stored
                patient, _, start = self._key(row)
                patients |= {patient.pk, kept(patient).pk}
                starts.add(start)
        self._there = {}
        visits = Appointment.objects.filter(patient_id__in=patients, start__in=starts)
        for visit in visits.select_related("appointment_type", "room").order_by("id"):
            self._remember(visit)

    def store_row(self, row: Row) -> Outcome:
        named, doctor, start = self._key(row)
        patient = kept(named)
        facts = self._facts(row)
        status = facts.pop("status", None)
        # A visit may have stayed with the record that was merged into another.
        there = self._there.get((patient.pk, doctor.pk, start)) or self._there.get((named.pk, doctor.pk, start))
        if there is None:
            if status not in (None, Status.SCHEDULED):
                raise bad_cell(row, "status", NEW_STATUS)
            self._remember(services.book(patient=patient, doctor=doctor, start=start, reason=WHY, **facts))
            return Outcome.CREATED
        gone_on = there.blocks and status in (None, Status.SCHEDULED)
        if not gone_on and status != there.status:
            raise bad_cell(row, "status", f"This visit is {there.status} here, and files do not change that.")
        changes = {name: value for name, value in facts.items() if getattr(there, name) != value}
        if not changes:
            return Outcome.UNCHANGED
        self._remember(services.amend(there, reason=WHY, **changes))
        return Outcome.UPDATED

    def _facts(self, row: Row) -> dict[str, Any]:
        """What the row says of the visit beside who and when. Raises BadCells with everything that is wrong."""
        facts: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, reading in READING.items():
            if text := row.cells.get(name):
                try:
                    facts[name] = reading(text)
                except ValidationError as error:
                    problems += [Problem(row.number, name, message) for message in error.messages]
        for things in (self._types, self._rooms):
            try:
                if thing := things.named_by(row):
                    facts[things.column] = thing
            except BadCells as bad:
                problems += bad.problems
        if problems:
            raise BadCells(problems)
        return facts

    def _key(self, row: Row) -> tuple[Patient, Doctor, datetime]:
        """Which visit the row is about. Raises BadCells."""
        doctor = self._doctors.of(row)
        return self._patients.of(row), doctor, _start(row, doctor)

    def _remember(self, visit: Appointment) -> None:
        key = visit.patient_id, visit.doctor_id, visit.start
        known = self._there.get(key)
        if known is None or visit.blocks or not known.blocks:  # one that takes place counts
            self._there[key] = visit


def kept(patient: Patient) -> Patient:
    """The patient's record, or the one that it was merged into."""
    while patient.merged_into:
        patient = patient.merged_into
    return patient


def _start(row: Row, doctor: Doctor) -> datetime:
    text = row.cells["appointment_time"]
    if not text:
        raise bad_cell(row, "appointment_time", BLANK)
    try:
        named = read_time(text)
        return instant_where(doctor, named) if named.tzinfo is None else named
    except ValueError as error:
        raise bad_cell(row, "appointment_time", str(error)) from None


def _minutes(text: str) -> int:
    minutes = whole_number(text)
    if not 1 <= minutes <= LONGEST_VISIT_MINUTES:
        raise ValidationError(f"Enter a number of minutes from 1 to {LONGEST_VISIT_MINUTES}.")
    return minutes


def _status(text: str) -> Any:
    return value_of(Appointment._meta.get_field("status"), text)


def _notes(text: str) -> Any:
    return value_of(Appointment._meta.get_field("notes"), text)


READING = {"duration_minutes": _minutes, "status": _status, "notes": _notes}
