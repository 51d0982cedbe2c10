"""How a booking or a change is settled: checked, stored, and written into the history, in the caller's transaction.

The caller (`services`, `holds`) has locked the doctor's row and then the patient's; rooms are locked here, last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import EllipsisType
from typing import Any

from accounts.models import User
from appointments import policy
from appointments.errors import (
    ChangedMeanwhile,
    ImpossibleTransition,
    NotMovable,
    OutsideHours,
    PatientBusy,
    ReasonNeeded,
    RoomTaken,
    SlotTaken,
)
from appointments.lengths import lasting
from appointments.lifecycle import MOVABLE, TRANSITIONS, Status, allowed_from, blocks
from appointments.models import Appointment, AppointmentChange, Hold
from appointments.proposal import Proposal
from clinics.models import Location, Room
from common import clock, metrics, trail
from common.errors import DomainError
from common.inserting import insert
from common.integrity import judged
from doctors.models import Doctor
from scheduling.intervals import Interval

Action = AppointmentChange.Action
# What the audit trail keeps of a visit.
STATED = ("patient", "doctor", "location", "room", "appointment_type", "start", "end", "status", "notes")
VERDICTS: Mapping[str, type[DomainError]] = {
    "doctor_not_double_booked": SlotTaken,
    "patient_not_double_booked": PatientBusy,
    "room_not_double_booked": RoomTaken,
}


@dataclass(frozen=True, slots=True)
class State:
    """What a change changes, and undo restores."""

    status: str
    start: datetime
    end: datetime
    doctor: Doctor
    location: Location
    room: Room | None

    @classmethod
    def of(cls, appointment: Appointment) -> "State":
        a = appointment
        return cls(a.status, a.start, a.end, a.doctor, a.location, a.room)

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def amended(
        self,
        *,
        doctor: Doctor,
        start: datetime | None,
        duration_minutes: int | None,
        status: str | None,
        room: Room | EllipsisType | None,
    ) -> "State":
        """The state after a change: what is None, or of ``room`` ``...``, stays.

        A confirmed visit that moves has to be confirmed again. The place stays too: `settle` finds where the visit is.
        Raises ImpossibleTransition, NotMovable and BadDuration.
        """
        start = start or self.start
        interval = lasting(start, duration_minutes) if duration_minutes else Interval(start, start + self.length)
        room = self.room if room is ... else room
        after = State(status or self.status, interval.start, interval.end, doctor, self.location, room)
        moved = after.moved_from(self)
        if moved and not status and self.status == Status.CONFIRMED:
            after = replace(after, status=Status.SCHEDULED)
        if after.status != self.status and after.status not in TRANSITIONS[self.status]:
            raise ImpossibleTransition(current=self.status, wanted=after.status, allowed=allowed_from(self.status))
        if moved and after.status not in MOVABLE:
            raise NotMovable(current=self.status, becoming=after.status if self.status in MOVABLE else "")
        return after

    def moved_from(self, other: "State") -> bool:
        """Whether its time or its doctor is another."""
        return (self.start, self.end, self.doctor.pk) != (other.start, other.end, other.doctor.pk)

    def takes_more_than(self, other: "State") -> bool:
        """Whether it takes time of somebody, or a room, that the other state did not take.

        What ends earlier does not, nor what gives up its room. What starts later counts as another time, since its
        start is judged.
        """
        if not blocks(self.status):
            return False
        mine, others = ((s.start, s.doctor.pk) for s in (self, other))
        another_room = self.room is not None and self.room != other.room
        return mine != others or another_room or self.end > other.end or not blocks(other.status)


def admit(visit: Proposal, *, reason: str = "") -> tuple[Location, Room | None, list[str]]:
    """Lock the rooms that would do and check every rule; give the visit's place, its room, and what was set aside.

    Raises the first `Refused`, or ReasonNeeded where rules are set aside without a reason.
    """
    if visit.override and not reason.strip():
        raise ReasonNeeded
    lock_rooms(visit)
    policy.check(visit)
    if visit.location is None:
        raise OutsideHours
    return visit.location, visit.room, policy.set_aside(visit)


def lock_rooms(visit: Proposal) -> None:
    """Lock the rooms that the visit could get, in the order of their ids, after doctor and patient."""
    if visit.needs_room and not policy.starts_in_the_future(visit):
        list(visit.suitable_rooms.locked().values_list("pk"))


def settle(
    appointment: Appointment,
    before: State,
    after: State,
    *,
    action: str,
    notes: str | None = None,
    reason: str = "",
    override: bool = False,
    room_wanted: Room | None = None,
    hold: Hold | None = None,
    actor: User | None,
) -> Appointment:
    """Check the new state where it takes what the old one did not, store it, and write the history.

    Nothing changes where the new state turns out to be the old one: the room that is chosen anew is the one it had.
    A ``hold`` on the new time ends with it. Undo sets the soft rules aside: it leads back to what was right before.
    """
    now, undoing = clock.now(), action == Action.UNDONE
    said = trail.state(appointment, STATED)
    location, room = after.location, after.room
    overrode: list[str] = []
    takes_more = after.takes_more_than(before) or _needs_another_room(appointment, before, after)
    if takes_more or not blocks(after.status):
        appointment.patient = appointment.patient.current  # a visit that a merge left behind can follow now
    if takes_more:
        visit = _proposed(
            appointment,
            before,
            after,
            now=now,
            room_wanted=room_wanted,
            hold=hold,
            undoing=undoing,
            override=override or undoing,
        )
        location, room, overrode = admit(visit, reason=reason or ("undo" if undoing else ""))
    seen = appointment.version
    appointment.status, appointment.start, appointment.end = after.status, after.start, after.end
    appointment.doctor, appointment.location, appointment.room = after.doctor, location, room
    same = State.of(appointment) == before
    if same and notes in (None, appointment.notes):
        return appointment
    appointment.notes = appointment.notes if notes is None else notes
    _store(appointment, seen)
    trail.changed(appointment, said)
    if not same:
        record(appointment, action=action, before=before, at=now, reason=reason, overrode=overrode, actor=actor)
    if hold:
        hold.delete()
    return appointment


def _proposed(
    appointment: Appointment,
    before: State,
    after: State,
    *,
    now: datetime,
    room_wanted: Room | None,
    hold: Hold | None,
    undoing: bool,
    override: bool,
) -> Proposal:
    """The new state, for `policy` to judge."""
    return Proposal(
        doctor=after.doctor,
        patient=appointment.patient,
        interval=after.interval,
        now=now,
        appointment_type=appointment.appointment_type,
        room_wanted=room_wanted,
        room_now=after.room,
        location_now=after.location if after.doctor == before.doctor else None,
        location_again=after.location if undoing else None,
        moving=appointment,
        hold=hold,
        starts_anew=not undoing and _starts_anew(before, after),
        override=override,
    )


def _needs_another_room(appointment: Appointment, before: State, after: State) -> bool:
    """Whether a room is given up that the visit cannot do without: one is chosen anew."""
    kind = appointment.appointment_type
    return bool(kind and kind.room_kind and before.room and not after.room and blocks(after.status))


def _starts_anew(before: State, after: State) -> bool:
    """Whether "must be in the future" applies: to a start that moves and to a visit put back on the calendar.

    Not to a late arrival (no_show to checked_in). Undo is not asked: it corrects what was wrong.
    """
    put_back = after.status == Status.SCHEDULED and not blocks(before.status)
    return after.start != before.start or put_back


def _store(appointment: Appointment, seen: int) -> None:
    """Compare and set: only the version that was read is overwritten."""
    appointment.version = seen + 1
    appointment.updated_at = clock.now()
    fields = ("status", "start", "end", "patient", "doctor", "location", "room", "notes", "version", "updated_at")
    with judged(VERDICTS):
        row = Appointment.objects.filter(pk=appointment.pk, version=seen)
        if not row.update(**{name: getattr(appointment, name) for name in fields}):
            raise ChangedMeanwhile


def drafted(visit: Proposal, *, notes: str, actor: User | None) -> Appointment:
    """The appointment of a visit that was admitted, unsaved."""
    assert visit.patient
    assert visit.location
    return Appointment(
        patient=visit.patient,
        doctor=visit.doctor,
        location=visit.location,
        room=visit.room,
        appointment_type=visit.appointment_type,
        start=visit.interval.start,
        end=visit.interval.end,
        buffer_before_minutes=visit.buffers.before,
        buffer_after_minutes=visit.buffers.after,
        notes=notes,
        created_by=actor,
    )


def record(appointment: Appointment, **facts: Any) -> None:
    """Write one line of the appointment's history: see `line`."""
    insert(line(appointment, **facts))
    metrics.count_change(facts["action"], appointment.status)


def line(
    appointment: Appointment,
    *,
    action: str,
    before: State | None,
    at: datetime,
    reason: str = "",
    overrode: Sequence[str] = (),
    actor: User | None,
) -> AppointmentChange:
    """One line of the appointment's history, unsaved."""
    return AppointmentChange(
        appointment=appointment,
        action=action,
        at=at,
        by=actor,
        reason=reason,
        overrode=list(overrode),
        from_status=before.status if before else "",
        from_start=before.start if before else None,
        from_end=before.end if before else None,
        from_doctor=before.doctor if before else None,
        from_location=before.location if before else None,
        from_room=before.room if before else None,
        to_status=appointment.status,
        to_start=appointment.start,
        to_end=appointment.end,
        to_doctor=appointment.doctor,
        to_location=appointment.location,
        to_room=appointment.room,
    )
