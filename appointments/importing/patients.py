"""Patients from a file. Who is known already, by national id or by name and phone number, is brought up to date."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q

from appointments.importing import lookups
from appointments.importing.cells import read
from appointments.importing.importer import RowByRow, differing, together
from appointments.importing.outcomes import Outcome, bad_cell
from common.csv import Columns, Row
from common.text import folded, phone_digits
from patients import services
from patients.models import Patient

FIELDS = (
    *("full_name", "email", "phone_number", "national_id", "insurance_number", "date_of_birth", "sex"),
    *("preferred_language", "contact_preference", "desk_notes", "active"),
)
GUARDIAN = ("guardian", "guardian_national_id", "guardian_name")
Key = tuple[str, str]


class Patients(RowByRow):
    name: ClassVar = "patients"
    columns: ClassVar = Columns(
        known=together(FIELDS, GUARDIAN),
        required=[["full_name"], ["phone_number"]],
        unread=("id", "created_at", "updated_at"),
    )

    def __init__(self) -> None:
        self._guardians = lookups.patients("guardian")
        self._by_id: dict[str, Patient] = {}
        self._by_name: dict[Key, list[Patient]] = defaultdict(list)

    def load(self, rows: Sequence[Row]) -> None:
        self._guardians.load(rows)
        self._by_id.clear()
        self._by_name.clear()
        ids = {_national_id(row.cells.get("national_id", "")) for row in rows} - {""}
        names = {folded(row.cells["full_name"]) for row in rows}
        phones = {phone_digits(row.cells["phone_number"]) for row in rows}
        same = Q(phone_key__in=phones, name_key__in=names)
        known = Patient.objects.filter(Q(national_id__in=ids) | same)
        for patient in known.select_related("guardian").order_by("id"):
            self._remember(patient)

    def store_row(self, row: Row) -> Outcome:
        patient = self._known(row)
        if patient and patient.merged_into_id:  # the desk has decided which record is right
            return Outcome.UNCHANGED
        values = read(Patient, row, FIELDS, new=patient is None)
        guardian = self._guardians.named_by(row)
        if guardian:
            values["guardian"] = guardian
        if patient is None:
            self._remember(services.register(**values))
            return Outcome.CREATED
        changes = differing(patient, values)
        if not changes:
            return Outcome.UNCHANGED
        self._forget(patient)
        self._remember(services.amend(patient, **changes))
        return Outcome.UPDATED

    def _known(self, row: Row) -> Patient | None:
        """The record of the row's person. Raises BadCells where it may be one of several."""
        national_id = _national_id(row.cells.get("national_id", ""))
        if national_id in self._by_id:
            return self._by_id[national_id]
        born = row.cells.get("date_of_birth", "")
        same = [
            patient
            for patient in self._by_name[folded(row.cells["full_name"]), phone_digits(row.cells["phone_number"])]
            if not (national_id and patient.national_id)  # another id is another person
            and not (born and patient.date_of_birth and patient.date_of_birth.isoformat() != born)
        ]
        same = [patient for patient in same if not patient.merged_into_id] or same[:1]
        if len(same) > 1:
            raise bad_cell(
                row,
                "national_id",
                f"{len(same)} patients have this name and phone number: give the national id or the date of birth.",
            )
        return same[0] if same else None

    def _remember(self, patient: Patient) -> None:
        if patient.national_id:
            self._by_id[patient.national_id] = patient
        self._by_name[_key(patient)].append(patient)
        self._guardians.put(patient)

    def _forget(self, patient: Patient) -> None:
        self._by_name[_key(patient)].remove(patient)


def _key(patient: Patient) -> Key:
    return folded(patient.full_name), phone_digits(patient.phone_number)


def _national_id(text: str) -> str:
    value: Any = Patient._meta.get_field("national_id").to_python(text)
    return value or ""
