"""Who books for the children of the demo clinic."""

from collections.abc import Iterable

from appointments.demo.people import families, is_under_age
from patients.models import Patient


def appoint_guardians(patients: Iterable[Patient]) -> None:
    """Let the first of each family be the guardian of its children, as far as they are among ``patients``."""
    stored = {(patient.full_name, patient.phone_number): patient for patient in patients}
    children = []
    for parent, *others in families():
        guardian = stored.get((parent.full_name, parent.phone_number))
        for other in others:
            child = stored.get((other.full_name, other.phone_number))
            if guardian and child and is_under_age(other):
                child.guardian = guardian
                children.append(child)
    Patient.objects.bulk_update(children, ["guardian"])
