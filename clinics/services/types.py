"""Appointment types. Who offers them is `doctors.offering`'s to say."""

from typing import Any

from clinics.errors import TypeNameTaken
from clinics.models import AppointmentType
from common import trail
from common.integrity import judged, refuse_twin
from common.transactions import atomic

VERDICTS = {"appointment_type_name_unique": TypeNameTaken}


@atomic
def add_type(**fields: Any) -> AppointmentType:
    """Raises TypeNameTaken."""
    appointment_type = _save(AppointmentType(**fields))
    trail.created(appointment_type)
    return appointment_type


@atomic
def amend_type(appointment_type: AppointmentType, **changes: Any) -> AppointmentType:
    """Change the given fields, on the newest state of the type. Visits keep the length and buffers they have.

    Raises TypeNameTaken.
    """
    appointment_type = AppointmentType.objects.locked().get(pk=appointment_type.pk)
    before = trail.state(appointment_type, changes)
    for name, value in changes.items():
        setattr(appointment_type, name, value)
    _save(appointment_type)
    trail.changed(appointment_type, before)
    return appointment_type


def deactivate_type(appointment_type: AppointmentType) -> AppointmentType:
    """Take no more bookings of it."""
    return amend_type(appointment_type, active=False)


def _save(appointment_type: AppointmentType) -> AppointmentType:
    refuse_twin(appointment_type, "name", TypeNameTaken, among=AppointmentType.objects.all())
    with judged(VERDICTS):
        appointment_type.save()
    return appointment_type
