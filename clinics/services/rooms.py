"""Rooms. Booking locks their rows as changing them does."""

from typing import Any

from clinics.errors import RoomNameTaken, RoomStays
from clinics.models import Location, Room
from common import trail
from common.integrity import judged, refuse_twin
from common.transactions import atomic

VERDICTS = {"room_name_unique": RoomNameTaken}


@atomic
def add_room(*, location: Location, **fields: Any) -> Room:
    """Raises RoomNameTaken."""
    room = _save(Room(location=location, **fields))
    trail.created(room)
    return room


@atomic
def amend_room(room: Room, *, location: Location | None = None, **changes: Any) -> Room:
    """Change the given fields, on the newest state of the room. Visits that have it keep it.

    Raises RoomNameTaken and RoomStays.
    """
    room = Room.objects.locked().get(pk=room.pk)
    if location is not None and location.pk != room.location_id:
        raise RoomStays
    before = trail.state(room, changes)
    for name, value in changes.items():
        setattr(room, name, value)
    _save(room)
    trail.changed(room, before)
    return room


def deactivate_room(room: Room) -> Room:
    """Give it to no more bookings."""
    return amend_room(room, active=False)


def _save(room: Room) -> Room:
    refuse_twin(room, "name", RoomNameTaken, among=Room.objects.filter(location=room.location_id))
    with judged(VERDICTS):
        room.save()
    return room
