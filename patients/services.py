"""What can be done with a patient's record."""

from typing import Any

from common import trail
from common.integrity import judged
from common.transactions import atomic
from patients import guardians
from patients.errors import AlreadyErased, NationalIdTaken, OwnGuardian, RecordMerged
from patients.models import Patient

VERDICTS = {
    "patient_national_id_unique": NationalIdTaken,
    "patients_patient.national_id": NationalIdTaken,
    "patient_not_own_guardian": OwnGuardian,
}


@atomic
def register(**fields: Any) -> Patient:
    """Open a record. Raises NationalIdTaken, GuardianMerged, GuardianErased and TooManyGuardians."""
    if guardian := fields.get("guardian"):
        guardians.lock_with_guardian(None, guardian)
    patient = save(Patient(**fields))
    trail.created(patient)
    return patient


@atomic
def save(patient: Patient) -> Patient:
    """Store a new or changed record. Raises NationalIdTaken."""
    with judged(VERDICTS):
        patient.save()
    return patient


@atomic
def amend(patient: Patient, **changes: Any) -> Patient:
    """Change the given fields, on the newest state of the record.

    Raises NationalIdTaken, RecordMerged, AlreadyErased, OwnGuardian, GuardianMerged, GuardianErased and
    TooManyGuardians.
    """
    guardian = changes.get("guardian")
    rows = guardians.lock_with_guardian(patient.pk, guardian) if guardian else guardians.lock([patient.pk])
    patient = rows[patient.pk]
    if patient.merged_into_id:
        raise RecordMerged(patient.merged_into_id)
    if patient.erased_at:
        raise AlreadyErased
    before = trail.state(patient, changes)
    for name, value in changes.items():
        setattr(patient, name, value)
    save(patient)
    trail.changed(patient, before)
    return patient


def deactivate(patient: Patient) -> Patient:
    """Take the record out of use. Its visits, past and to come, stay: nobody's history is deleted."""
    return amend(patient, active=False)


def reactivate(patient: Patient) -> Patient:
    """Take bookings again."""
    return amend(patient, active=True)
