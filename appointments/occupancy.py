"""What is taken: the visits that block and the holds that stand, of doctors and of rooms."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db.models import QuerySet

from appointments.models import Appointment, Hold
from clinics.models import MOST_BUFFER_MINUTES, AppointmentType
from common.functions import EpochSeconds
from scheduling.intervals import MINUTE, Interval

# How far a visit's buffers can reach beyond it.
REACH = MOST_BUFFER_MINUTES * MINUTE


@dataclass(frozen=True, slots=True)
class Buffers:
    """Minutes that a doctor needs before and after a visit."""

    before: int = 0
    after: int = 0

    @classmethod
    def of(cls, appointment_type: AppointmentType | None) -> "Buffers":
        if appointment_type is None:
            return cls()
        return cls(appointment_type.buffer_before_minutes, appointment_type.buffer_after_minutes)

    def kept_around(self, before: int, after: int) -> tuple[int, int]:
        """How many minutes a visit with these buffers keeps from the beginning and the end of one with those.

        Between two visits lies the larger of the earlier one's buffer after and the later one's buffer before.
        """
        return max(self.after, before), max(self.before, after)


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch of a doctor's or a room's time that is not free: of a visit, or only ``held``."""

    interval: Interval
    buffers: Buffers = Buffers()
    held: bool = False

    def kept_from(self, buffers: Buffers) -> Interval:
        """The stretch that a visit with ``buffers`` must not touch."""
        before, after = buffers.kept_around(self.buffers.before, self.buffers.after)
        return Interval(self.interval.start - before * MINUTE, self.interval.end + after * MINUTE)


# A stretch of time as integers: its seconds since 1970, from and to, and its buffers before and after in minutes.
Stretch = tuple[int, int, int, int]


class NotCounted(TypedDict, total=False):
    """The ids of an appointment and of a hold that are in nobody's way. No id is 0."""

    appointment: int
    hold: int


def of_doctors(
    doctors: Collection[int], span: Interval, *, now: datetime, **but: Unpack[NotCounted]
) -> dict[int, list[Taken]]:
    """What is taken within the reach of ``span``, by doctor id; two queries."""
    return _taken("doctor_id", doctors, span.widened(REACH), now, but)


def of_rooms(
    rooms: Collection[int], span: Interval, *, now: datetime, **but: Unpack[NotCounted]
) -> dict[int, list[Taken]]:
    """What is taken of rooms, by room id; two queries. Buffers do not bind rooms."""
    return _taken("room_id", rooms, span, now, but)


def stretches(key: str, owners: Collection[int], span: Interval, *, now: datetime) -> dict[int, list[Stretch]]:
    """What is taken within ``span`` and the reach of buffers, by the owner's id; two queries, lean for many owners."""
    found: dict[int, list[Stretch]] = defaultdict(list)
    columns = (EpochSeconds("start"), EpochSeconds("end", ceil=True), "buffer_before_minutes", "buffer_after_minutes")
    for rows in _rows(key, owners, span.widened(REACH), now, {}):
        for owner, start, end, before, after in rows.values_list(key, *columns):
            found[owner].append((start, end, before, after))
    return found


def _taken(key: str, owners: Collection[int], span: Interval, now: datetime, but: NotCounted) -> dict[int, list[Taken]]:
    taken: dict[int, list[Taken]] = defaultdict(list)
    columns = (key, "start", "end", "buffer_before_minutes", "buffer_after_minutes")
    for held, rows in enumerate(_rows(key, owners, span, now, but)):
        for owner, start, end, before, after in rows.values_list(*columns):
            taken[owner].append(Taken(Interval(start, end), Buffers(before, after), held=bool(held)))
    return taken


def _rows(
    key: str, owners: Collection[int], span: Interval, now: datetime, but: NotCounted
) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """The visits that block, and the holds that stand."""
    mine = {f"{key}__in": owners}
    visits = Appointment.objects.blocking().overlapping(span).exclude(pk=but.get("appointment", 0))
    holds = Hold.objects.standing(now).overlapping(span).exclude(pk=but.get("hold", 0))
    return visits.filter(**mine).order_by(), holds.filter(**mine).order_by()
