"""Which rooms of a kind are free, and from when on: laid on a timeline, as finding a time needs it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from appointments import occupancy
from appointments.occupancy import Stretch
from clinics.models import Location, Room
from scheduling.intervals import Timeline
from scheduling.slots import fits


class FreeRooms:
    """The rooms of one kind at some places, and what is taken of them: two queries, however many rooms there are."""

    def __init__(self, kind: str, places: Sequence[Location], timeline: Timeline, now: datetime) -> None:
        self._timeline = timeline
        rooms = Room.objects.active().of_kind(kind).filter(location__in=[place.id for place in places])
        located = dict(rooms.values_list("pk", "location_id"))
        taken = occupancy.stretches("room", list(located), timeline.interval, now=now)
        self._taken: dict[int, list[list[Stretch]]] = defaultdict(list)  # of each room, by the id of its location
        for room, location in located.items():
            self._taken[location].append(taken[room])
        self._starts: dict[tuple[int, int], int] = {}

    def starts(self, place: Location, minutes: int) -> int:
        """The minutes of the timeline from which one room at the place is free for ``minutes`` on end."""
        key = (place.id, minutes)
        if key not in self._starts:
            self._starts[key] = 0
            for taken in self._taken[place.id]:
                busy = self._timeline.touched_seconds((start, end) for start, end, *_ in taken)
                self._starts[key] |= fits(self._timeline.everything & ~busy, minutes)
        return self._starts[key]
