"""What can be done with the clinic's places, rooms and types.

Holidays, closures and a location's time zone change when its doctors can be booked: those verbs are in
`doctors.places`, under the doctors' locks.
"""

from clinics.services.calendars import public_holidays
from clinics.services.locations import (
    ensure_first_location,
    lock_locations,
    open_location,
    save_location,
    set_opening_hours,
)
from clinics.services.rooms import add_room, amend_room, deactivate_room
from clinics.services.types import add_type, amend_type, deactivate_type

__all__ = [
    "add_room",
    "add_type",
    "amend_room",
    "amend_type",
    "deactivate_room",
    "deactivate_type",
    "ensure_first_location",
    "lock_locations",
    "open_location",
    "public_holidays",
    "save_location",
    "set_opening_hours",
]
