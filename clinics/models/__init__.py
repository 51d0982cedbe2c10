"""The clinic: its places, its rooms, when they are closed, and what is offered there."""

from clinics.models.closures import ExceptionToHours, Holiday, LocationException
from clinics.models.locations import (
    DEFAULT_OPENING,
    AbstractWeeklyHours,
    Location,
    OpeningHours,
    validate_time_zone,
)
from clinics.models.rooms import Room
from clinics.models.types import MOST_BUFFER_MINUTES, AppointmentType

__all__ = [
    "DEFAULT_OPENING",
    "MOST_BUFFER_MINUTES",
    "AbstractWeeklyHours",
    "AppointmentType",
    "ExceptionToHours",
    "Holiday",
    "Location",
    "LocationException",
    "OpeningHours",
    "Room",
    "validate_time_zone",
]
