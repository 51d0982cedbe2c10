"""Other times for a visit that was refused because of its time. Nothing is locked or promised: they are free now."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from appointments import occupancy
from appointments.errors import (
    BufferNeeded,
    InThePast,
    NoRoomFree,
    OutsideHours,
    PatientBusy,
    RoomTaken,
    SlotTaken,
    TooFarAhead,
    TooSoon,
)
from appointments.finding import Search, Slot, find_slots
from appointments.models import Appointment
from appointments.policy import problems
from appointments.proposal import Proposal
from clinics.models import Location
from common.errors import Refused
from scheduling.intervals import DAY, MINUTE, Interval

# Refusals that another time would not meet.
TIME_REFUSALS = (
    InThePast,
    OutsideHours,
    TooSoon,
    TooFarAhead,
    SlotTaken,  # SlotHeld as well
    BufferNeeded,
    PatientBusy,
    RoomTaken,
    NoRoomFree,
)
MOST = 3
# How far around the wanted time it is looked: near first, further only where there are not enough.
REACHES = (timedelta(days=2), timedelta(days=31))
# Shorter visits are offered on a coarser grid, so that the search stays small.
FINEST_STEP_MINUTES = 15
MOST_SLOTS = 2 * 31 * 24 * 60 // FINEST_STEP_MINUTES


def alternatives(
    visit: Proposal,
    refused: Iterable[Refused] | None = None,
    *,
    avoiding: Iterable[Interval] = (),
    place: Location | None = None,
) -> list[Slot]:
    """The three free slots nearest to the wanted start, nearest first: same doctor, type and length, the patient free.

    None where the time is not all that is wrong. ``refused`` is all that speaks against the visit, where somebody has
    asked. ``avoiding`` are stretches that will not be open: of leave that is only planned. ``place`` is the only one
    that will do, if there is one. A fixed number of queries, whatever the calendar holds.
    """
    against = problems(visit) if refused is None else refused
    if not all(isinstance(problem, TIME_REFUSALS) for problem in against):
        return []
    if visit.room_named and not visit.rooms_anywhere.exists():  # outside the hours nobody has asked for the room
        return []
    wanted = visit.interval.start
    found: list[Slot] = []
    closing = list(avoiding)
    for reach in REACHES:
        around = Interval(_within_reach(visit) - reach, _within_reach(visit) + reach)
        avoided = [*_avoided(visit, around), *closing]
        free = [slot for slot in _free(visit, around, place) if not _meets(slot, avoided)]
        found = sorted(free, key=lambda slot: (abs(slot.start - wanted), slot.start))[:MOST]
        if len(found) == MOST:
            break
    return found


def _within_reach(visit: Proposal) -> datetime:
    """The wanted start, or the nearest to it that notice and horizon leave."""
    wanted, kind = visit.interval.start, visit.appointment_type
    if kind and kind.booking_horizon_days is not None:
        wanted = min(wanted, visit.now + (kind.booking_horizon_days + 1) * DAY)
    notice = kind.minimum_notice_minutes if kind else 0
    return max(wanted, visit.now + notice * MINUTE)


def _free(visit: Proposal, around: Interval, place: Location | None) -> list[Slot]:
    minutes = visit.interval.minutes
    return find_slots(
        Search(
            [visit.doctor],
            since=around.start,
            until=around.end,
            now=visit.now,
            limit=MOST_SLOTS,
            minutes=minutes,
            step=max(minutes, FINEST_STEP_MINUTES),
            location=visit.room_named.location if visit.room_named else place,
            appointment_type=visit.appointment_type,
        )
    )


def _avoided(visit: Proposal, around: Interval) -> list[Interval]:
    """What the search does not know of: the patient's visits, a room that was named, the buffers of a visit to move."""
    not_counted = visit.not_counted
    avoided = []
    if visit.patient:
        others = Appointment.objects.blocking().of_person(visit.patient.pk).overlapping(around)
        others = others.exclude(pk=not_counted.get("appointment", 0))
        avoided += [Interval(start, end) for start, end in others.values_list("start", "end")]
    if room := visit.room_named:
        taken = occupancy.of_rooms([room.pk], around, now=visit.now, **not_counted)[room.pk]
        avoided += [stretch.interval for stretch in taken]
    if visit.moving:
        taken = occupancy.of_doctors([visit.doctor.pk], around, now=visit.now, **not_counted)[visit.doctor.pk]
        avoided += [stretch.kept_from(visit.buffers) for stretch in taken]
    return avoided


def _meets(slot: Slot, avoided: list[Interval]) -> bool:
    interval = Interval(slot.start, slot.end)
    return any(stretch.overlaps(interval) for stretch in avoided)
