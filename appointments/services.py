"""What can be done with appointments: one verb each, in reading order, each in one transaction.

Every verb that takes time or gives it back works the same way, and only here:

1. lock the doctor's row, then the patient's, then the rooms', always in that order (`locked`), so that two callers
   queue and do not collide;
2. check the policy, against what is committed now;
3. write, and let the database's constraint judge: it holds even if 1 and 2 were wrong.

All instants are aware and kept in UTC. ``actor`` is the user who asks; None is the system itself. ``override`` lets
staff set the soft rules aside, for a ``reason`` that the history keeps. ``as_patient`` applies the rules for patients:
the cut-offs, types that are booked online, and what only the clinic sets. ``seen_version`` is what the caller has seen;
VersionMismatch if it is not the newest.
"""

from datetime import datetime
from types import EllipsisType
from typing import TypedDict, Unpack

from accounts.models import User
from accounts.roles import Right
from appointments import holds, offers, permissions, policy
from appointments.errors import (
    CameFromAnotherDoctor,
    ChangedMeanwhile,
    NewStatus,
    NothingToUndo,
    OtherPatient,
    OtherType,
    VersionMismatch,
)
from appointments.lengths import lasting, usual_minutes
from appointments.lifecycle import Status
from appointments.models import Appointment, AppointmentChange, Hold
from appointments.proposal import Proposal
from appointments.settling import STATED, VERDICTS, State, admit, drafted, record, settle
from clinics.models import AppointmentType, Room
from common import clock, trail
from common.inserting import insert
from common.integrity import judged
from common.transactions import atomic
from doctors.models import Doctor
from patients.models import Patient

Action = AppointmentChange.Action


class Asking(TypedDict, total=False):
    """Who asks for a change, why, and on what terms: see the head of this module."""

    actor: User | None
    reason: str
    override: bool
    as_patient: bool
    seen_version: int | None


@atomic
def book(
    *,
    patient: Patient,
    doctor: Doctor,
    start: datetime,
    appointment_type: AppointmentType | None = None,
    duration_minutes: int | None = None,
    room: Room | None = None,
    status: str = Status.SCHEDULED,
    notes: str = "",
    hold: str | Hold = "",
    override: bool = False,
    reason: str = "",
    as_patient: bool = False,
    actor: User | None = None,
) -> Appointment:
    """Book a visit from ``start``, as long as is said, or as its type is, or as the doctor's visits are.

    ``hold`` is the token of a hold on that time, which the booking ends. A room is chosen among the free ones of the
    kind that the type needs, unless one is named. Raises NewStatus, ForTheClinic, HoldGone, BadDuration, the `Refused`
    that `policy` finds, or Busy.
    """
    if status != Status.SCHEDULED:
        raise NewStatus
    if as_patient:
        policy.check_terms(duration_minutes=duration_minutes, room=room, notes=notes, override=override)
    now = clock.now()
    [doctor], patient = locked([doctor], patient)
    kept = holds.redeemed(hold, doctor=doctor, patient=patient, start=start, now=now) if hold else None
    appointment_type = appointment_type or (kept.appointment_type if kept else None)
    as_kept = kept is not None and kept.appointment_type == appointment_type
    minutes = duration_minutes or (kept.interval.minutes if kept and as_kept else None)
    visit = Proposal(
        doctor=doctor,
        patient=patient,
        interval=lasting(start, minutes or usual_minutes(doctor, appointment_type)),
        now=now,
        appointment_type=appointment_type,
        room_wanted=room,
        room_now=kept.room if kept else None,
        hold=kept,
        override=override,
        as_patient=as_patient,
    )
    _, _, overrode = admit(visit, reason=reason)
    appointment = drafted(visit, notes=notes, actor=actor)
    with judged(VERDICTS):
        insert(appointment)
    record(appointment, action=Action.BOOKED, before=None, at=now, reason=reason, overrode=overrode, actor=actor)
    trail.created(appointment, *STATED)
    if kept:
        kept.delete()
    return appointment


def reschedule(
    appointment: Appointment,
    *,
    start: datetime,
    doctor: Doctor | None = None,
    duration_minutes: int | None = None,
    room: Room | EllipsisType | None = ...,
    hold: str | Hold = "",
    **asking: Unpack[Asking],
) -> Appointment:
    """Move the visit, keeping its id; onto its own time is a no-op. A moved visit has to be confirmed again.

    Raises NotMovable, the `Refused` that `policy` finds, HoldGone, ChangedMeanwhile or Busy; it then stands as it was.
    """
    return amend(
        appointment, start=start, doctor=doctor, duration_minutes=duration_minutes, room=room, hold=hold, **asking
    )


def set_status(appointment: Appointment, status: str, **asking: Unpack[Asking]) -> Appointment:
    """Take one step of the life cycle; to the status that it has already is a no-op. Raises ImpossibleTransition."""
    return amend(appointment, status=status, **asking)


def cancel(appointment: Appointment, **asking: Unpack[Asking]) -> Appointment:
    """Give the time back. Cancelling twice changes nothing."""
    return set_status(appointment, Status.CANCELLED, **asking)


def confirm(appointment: Appointment, **asking: Unpack[Asking]) -> Appointment:
    """The patient has said that they will come."""
    return set_status(appointment, Status.CONFIRMED, **asking)


def check_in(appointment: Appointment, **asking: Unpack[Asking]) -> Appointment:
    """The patient is here."""
    return set_status(appointment, Status.CHECKED_IN, **asking)


def begin(appointment: Appointment, **asking: Unpack[Asking]) -> Appointment:
    """The patient is with the doctor."""
    return set_status(appointment, Status.IN_PROGRESS, **asking)


def complete(appointment: Appointment, **asking: Unpack[Asking]) -> Appointment:
    """The visit is over."""
    return set_status(appointment, Status.COMPLETED, **asking)


def mark_no_show(appointment: Appointment, **asking: Unpack[Asking]) -> Appointment:
    """The patient did not come; the time is given back."""
    return set_status(appointment, Status.NO_SHOW, **asking)


@atomic
def amend(
    appointment: Appointment,
    *,
    start: datetime | None = None,
    doctor: Doctor | None = None,
    duration_minutes: int | None = None,
    status: str | None = None,
    patient: Patient | None = None,
    appointment_type: AppointmentType | None = None,
    room: Room | EllipsisType | None = ...,
    notes: str | None = None,
    hold: str | Hold = "",
    override: bool = False,
    reason: str = "",
    as_patient: bool = False,
    seen_version: int | None = None,
    actor: User | None = None,
) -> Appointment:
    """Change what is given, all or nothing, as one line of the history. What is not given, or equal, stays.

    Of ``room`` None gives it up: where the type needs one, one is chosen anew. ``hold`` is the token of a hold on the
    new time. Raises what `reschedule` and `set_status` raise, OtherPatient, OtherType, VersionMismatch, ForTheClinic
    and PastCutOff.
    """
    if patient is not None and patient.current != appointment.patient.current:
        raise OtherPatient
    if appointment_type is not None and appointment_type.pk != appointment.appointment_type_id:
        raise OtherType
    [doctor], appointment = _locked_for_change(appointment, doctor, seen_version)
    before = State.of(appointment)
    after = before.amended(doctor=doctor, start=start, duration_minutes=duration_minutes, status=status, room=room)
    if after == before and notes in (None, appointment.notes):
        return appointment
    now = clock.now()
    moved = after.moved_from(before)
    if as_patient:
        policy.check_terms(
            duration_minutes=None if after.length == before.length else duration_minutes,
            status=None if status in (before.status, Status.CONFIRMED, Status.CANCELLED) else status,
            room=... if after.room == before.room else room or "none",
            notes=None if notes == appointment.notes else notes,
            override=override,
        )
        if moved or after.status == Status.CANCELLED:
            policy.check_cut_off(appointment, now)
    patient = appointment.patient.current
    kept = holds.redeemed(hold, doctor=doctor, patient=patient, start=after.start, now=now) if hold else None
    settle(
        appointment,
        before,
        after,
        action=Action.MOVED if moved or after.room != before.room else Action.STATUS,
        notes=notes,
        reason=reason,
        override=override,
        room_wanted=None if room is ... else room,
        hold=kept,
        actor=actor,
    )
    _offer_what_is_free(appointment, before)
    return appointment


@atomic
def undo(
    appointment: Appointment, *, reason: str = "", seen_version: int | None = None, actor: User | None = None
) -> Appointment:
    """Take the last change back: status, time, doctor and place as they were before it.

    The visit it leads back to must still be possible, on a calendar on which ``actor`` may book. Raises NothingToUndo,
    CameFromAnotherDoctor, a `Refused`, ChangedMeanwhile or Busy.
    """
    last = appointment.history.select_related("from_doctor", "from_location", "from_room").last()
    if last is None or last.action not in (Action.MOVED, Action.STATUS):
        raise NothingToUndo
    assert last.from_start and last.from_end and last.from_location  # only a booking comes from nothing
    elsewhere = last.from_doctor_id != appointment.doctor_id
    if elsewhere and actor and not permissions.covers(actor, Right.BOOK, last.from_doctor):
        raise CameFromAnotherDoctor
    [doctor], appointment = _locked_for_change(appointment, last.from_doctor, seen_version)
    if appointment.history.last() != last:
        raise ChangedMeanwhile
    after = State(last.from_status, last.from_start, last.from_end, doctor, last.from_location, last.from_room)
    before = State.of(appointment)
    settle(appointment, before, after, action=Action.UNDONE, reason=reason, actor=actor)
    _offer_what_is_free(appointment, before)
    return appointment


def locked(doctors: list[Doctor], patient: Patient) -> tuple[list[Doctor], Patient]:
    """The newest rows of the doctors and the patient, locked until the transaction ends: see docs/booking.md.

    Doctors first, in the order of their ids, then the patient: everybody in the same order, so nobody deadlocks. Of a
    record that was merged into another one, that one is the patient.
    """
    rows = Doctor.objects.locked_by_id({doctor.pk for doctor in doctors})
    return [rows[doctor.pk] for doctor in doctors], Patient.objects.locked_current(patient.pk)


def _locked_for_change(
    appointment: Appointment, doctor: Doctor | None, seen_version: int | None
) -> tuple[list[Doctor], Appointment]:
    """The doctor it shall have and the appointment, everything it touches locked and read anew."""
    wanted = doctor or appointment.doctor
    [_, target], patient = locked([appointment.doctor, wanted], appointment.patient)
    current = Appointment.objects.select_related("patient", "doctor", "location", "room", "appointment_type").get(
        pk=appointment.pk
    )
    # Moved to a doctor who is not locked, or gone over to a patient who is not.
    if current.doctor_id != appointment.doctor_id or current.patient.current != patient:
        raise ChangedMeanwhile
    if seen_version not in (None, current.version):
        raise VersionMismatch
    return [target], current


def _offer_what_is_free(appointment: Appointment, before: State) -> None:
    """Offer to those who wait the time that the change has given back."""
    if before.takes_more_than(State.of(appointment)):
        offers.offer_freed_time(before.doctor, before.interval, clock.now())
