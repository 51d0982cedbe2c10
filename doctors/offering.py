"""Which doctors offer an appointment type by name, beyond those whose specialization brings it."""

from collections.abc import Iterable
from typing import Any

from clinics import services as clinic_services
from clinics.models import AppointmentType
from common.transactions import atomic
from doctors.models import Doctor


@atomic
def add_type(*, doctors: Iterable[Doctor] = (), **fields: Any) -> AppointmentType:
    """Add an appointment type, offered by ``doctors``. Raises TypeNameTaken."""
    appointment_type = clinic_services.add_type(**fields)
    appointment_type.doctors.set(doctors)
    return appointment_type


@atomic
def amend_type(
    appointment_type: AppointmentType, *, doctors: Iterable[Doctor] | None = None, **changes: Any
) -> AppointmentType:
    """Change the given fields, and who offers it by name if ``doctors`` are given. Raises TypeNameTaken."""
    appointment_type = clinic_services.amend_type(appointment_type, **changes)
    if doctors is not None:
        appointment_type.doctors.set(doctors)
    return appointment_type
