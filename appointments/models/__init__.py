"""The heart: appointments, their history, and holds on times."""

from appointments.models.appointment import Appointment, AppointmentQuerySet
from appointments.models.history import AppointmentChange
from appointments.models.hold import Hold, HoldQuerySet

__all__ = ["Appointment", "AppointmentChange", "AppointmentQuerySet", "Hold", "HoldQuerySet"]
