"""The heart: appointments, their history, holds on times, series, and who waits for one."""

from appointments.models.appointment import Appointment, AppointmentQuerySet
from appointments.models.history import AppointmentChange
from appointments.models.hold import Hold, HoldQuerySet
from appointments.models.online import OnlineBooking, OnlineBookingQuerySet
from appointments.models.series import Series, SeriesQuerySet
from appointments.models.waitlist import WaitlistEntry, WaitlistOffer

__all__ = [
    "Appointment",
    "AppointmentChange",
    "AppointmentQuerySet",
    "Hold",
    "HoldQuerySet",
    "OnlineBooking",
    "OnlineBookingQuerySet",
    "Series",
    "SeriesQuerySet",
    "WaitlistEntry",
    "WaitlistOffer",
]
