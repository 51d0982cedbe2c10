"""How long a visit is: the same answer for bookings, holds and the list of free slots."""

from datetime import datetime

from appointments.errors import BadDuration
from appointments.models import Appointment
from clinics.models import AppointmentType
from doctors.models import LONGEST_VISIT_MINUTES, Bookable
from scheduling.intervals import Interval


def usual_minutes(doctor: Bookable, appointment_type: AppointmentType | None) -> int:
    """How long a visit takes when nothing else is said."""
    return appointment_type.duration_minutes if appointment_type else doctor.default_duration_minutes


def lasting(start: datetime, minutes: int) -> Interval:
    """The interval of a visit. Raises BadDuration."""
    if not 1 <= minutes <= LONGEST_VISIT_MINUTES:
        raise BadDuration
    return Interval.lasting(start, minutes)


def may_vary(appointment: Appointment) -> bool:
    """Whether this one visit may be made longer or shorter: one of a type is as long as its type."""
    return appointment.appointment_type_id is None
