"""Appointment types. Who offers them is `doctors.offering`'s to say."""

from typing import Any

from clinics.errors import TypeNameTaken
from clinics.models import AppointmentType
from common.integrity import judged
from common.transactions import atomic

VERDICTS = {"appointment_type_name_unique": TypeNameTaken}


@atomic
def add_type(**fields: Any) -> AppointmentType:
    """Raises TypeNameTaken."""
    return _save(AppointmentType(**fields))


@atomic
def amend_type(appointment_type: AppointmentType, **changes: Any) -> AppointmentType:
    """Change the given fields, on the newest state of the type. Visits keep the length and buffers they have.

    Raises TypeNameTaken.
    """
    appointment_type = AppointmentType.objects.locked().get(pk=appointment_type.pk)
    for name, value in changes.items():
        setattr(appointment_type, name, value)
    return _save(appointment_type)


def deactivate_type(appointment_type: AppointmentType) -> AppointmentType:
    """Take no more bookings of it."""
    return amend_type(appointment_type, active=False)


def _save(appointment_type: AppointmentType) -> AppointmentType:
    with judged(VERDICTS):
        appointment_type.save()
    return appointment_type
