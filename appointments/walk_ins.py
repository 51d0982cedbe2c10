"""A patient comes without an appointment, and is seen today."""

from datetime import datetime

from accounts.models import User
from appointments import services
from appointments.models import Appointment
from clinics.models import AppointmentType
from common.transactions import atomic
from doctors.models import Doctor
from patients.models import Patient

REASON = "Walk-in"


@atomic
def walk_in(
    *,
    patient: Patient,
    doctor: Doctor,
    start: datetime,
    appointment_type: AppointmentType | None = None,
    notes: str = "",
    actor: User | None = None,
) -> Appointment:
    """Book the time and check the patient in, both or neither. Hours and notice are set aside: the history says so.

    Raises what `services.book` raises: nobody is double-booked for somebody who walks in.
    """
    visit = services.book(
        patient=patient,
        doctor=doctor,
        start=start,
        appointment_type=appointment_type,
        notes=notes,
        override=True,
        reason=REASON,
        actor=actor,
    )
    return services.check_in(visit, actor=actor)
