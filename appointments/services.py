"""What can be done with appointments: one verb each, in reading order, each in one transaction.

Every verb that takes time or gives it back works the same way, and only here:

1. lock the doctor's row, then the patient's, always in that order (`locked`), so that two callers queue, not collide;
2. check the policy, against what is committed now;
3. write, and let the database's constraint judge: it holds even if 1 and 2 were wrong.

All instants are aware and kept in UTC. ``actor`` is the user who asks; None is the system itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from appointments import policy
from appointments.errors import (
    BadDuration,
    ChangedMeanwhile,
    ImpossibleTransition,
    NewStatus,
    NothingToUndo,
    NotMovable,
    OtherPatient,
    OutsideHours,
    PatientBusy,
    SlotTaken,
)
from appointments.lifecycle import MOVABLE, TRANSITIONS, Status, allowed_from, blocks
from appointments.models import Appointment, AppointmentChange
from clinics.models import Location
from common import clock
from common.integrity import judged
from common.transactions import atomic
from doctors.models import LONGEST_VISIT_MINUTES, Doctor
from patients.models import Patient
from scheduling.intervals import Interval

Action = AppointmentChange.Action
VERDICTS = {"doctor_not_double_booked": SlotTaken, "patient_not_double_booked": PatientBusy}


@atomic
def book(
    *,
    patient: Patient,
    doctor: Doctor,
    start: datetime,
    duration_minutes: int | None = None,
    status: str = Status.SCHEDULED,
    notes: str = "",
    actor: User | None = None,
) -> Appointment:
    """Book a visit of ``duration_minutes`` (default: the doctor's own) from ``start``.

    Raises NewStatus, the `Refused` that `policy` finds, or Busy.
    """
    if status != Status.SCHEDULED:
        raise NewStatus
    now = clock.now()
    [doctor], patient = locked([doctor], patient)
    interval = lasting(start, duration_minutes or doctor.default_duration_minutes)
    visit = policy.Proposal(doctor, patient, interval, now)
    policy.check(visit)
    appointment = Appointment(
        patient=patient,
        doctor=doctor,
        location=_place(visit),
        start=interval.start,
        end=interval.end,
        notes=notes,
        created_by=actor,
    )
    with judged(VERDICTS):
        appointment.save(force_insert=True)
    _record(appointment, action=Action.BOOKED, before=None, at=now, actor=actor)
    return appointment


def reschedule(
    appointment: Appointment,
    *,
    start: datetime,
    doctor: Doctor | None = None,
    duration_minutes: int | None = None,
    reason: str = "",
    actor: User | None = None,
) -> Appointment:
    """Move the visit, keeping its id; onto its own time is a no-op. A moved visit has to be confirmed again.

    Raises NotMovable, the `Refused` that `policy` finds, ChangedMeanwhile or Busy; then it stands where it was.
    """
    return amend(appointment, start=start, doctor=doctor, duration_minutes=duration_minutes, reason=reason, actor=actor)


def set_status(appointment: Appointment, status: str, *, reason: str = "", actor: User | None = None) -> Appointment:
    """Take one step of the life cycle; to the status that it has already is a no-op. Raises ImpossibleTransition."""
    return amend(appointment, status=status, reason=reason, actor=actor)


def cancel(appointment: Appointment, *, reason: str = "", actor: User | None = None) -> Appointment:
    """Give the time back. Cancelling twice changes nothing."""
    return set_status(appointment, Status.CANCELLED, reason=reason, actor=actor)


def confirm(appointment: Appointment, *, reason: str = "", actor: User | None = None) -> Appointment:
    """The patient has said that they will come."""
    return set_status(appointment, Status.CONFIRMED, reason=reason, actor=actor)


def check_in(appointment: Appointment, *, reason: str = "", actor: User | None = None) -> Appointment:
    """The patient is here."""
    return set_status(appointment, Status.CHECKED_IN, reason=reason, actor=actor)


def begin(appointment: Appointment, *, reason: str = "", actor: User | None = None) -> Appointment:
    """The patient is with the doctor."""
    return set_status(appointment, Status.IN_PROGRESS, reason=reason, actor=actor)


def complete(appointment: Appointment, *, reason: str = "", actor: User | None = None) -> Appointment:
    """The visit is over."""
    return set_status(appointment, Status.COMPLETED, reason=reason, actor=actor)


def mark_no_show(appointment: Appointment, *, reason: str = "", actor: User | None = None) -> Appointment:
    """The patient did not come; the time is given back."""
    return set_status(appointment, Status.NO_SHOW, reason=reason, actor=actor)


@atomic
def amend(
    appointment: Appointment,
    *,
    start: datetime | None = None,
    doctor: Doctor | None = None,
    duration_minutes: int | None = None,
    status: str | None = None,
    patient: Patient | None = None,
    notes: str | None = None,
    reason: str = "",
    actor: User | None = None,
    seen_version: int | None = None,
) -> Appointment:
    """Change what is given, all or nothing, as one line of the history. What is not given, or equal, stays.

    ``seen_version`` is the version that the actor decided on; if there is a newer one, ChangedMeanwhile is raised.
    Raises what `reschedule` and `set_status` raise, and OtherPatient.
    """
    if patient is not None and patient.pk != appointment.patient_id:
        raise OtherPatient
    [doctor], appointment = _locked_for_change(appointment, doctor)
    if seen_version not in (None, appointment.version):
        raise ChangedMeanwhile
    before = State.of(appointment)
    start = start or before.start
    interval = lasting(start, duration_minutes) if duration_minutes else Interval(start, start + before.length)
    moved = (doctor.pk, interval) != (before.doctor.pk, before.interval)
    unconfirmed = moved and before.status == Status.CONFIRMED
    wanted = status or (Status.SCHEDULED if unconfirmed else before.status)
    if wanted != before.status and wanted not in TRANSITIONS[before.status]:
        raise ImpossibleTransition(current=before.status, wanted=wanted, allowed=allowed_from(before.status))
    if moved and wanted not in MOVABLE:
        raise NotMovable(current=wanted)
    after = State(wanted, interval.start, interval.end, doctor, before.location)
    if after == before and notes in (None, appointment.notes):
        return appointment
    if notes is not None:
        appointment.notes = notes
    action = Action.MOVED if moved else Action.STATUS
    return _settle(appointment, before, after, action=action, reason=reason, actor=actor)


@atomic
def undo(appointment: Appointment, *, reason: str = "", actor: User | None = None) -> Appointment:
    """Take the last change back: status, time, doctor and place as they were before it.

    The visit it leads back to must still be possible. Raises NothingToUndo, a `Refused`, ChangedMeanwhile or Busy.
    """
    last = appointment.history.select_related("from_doctor", "from_location").last()
    if last is None or last.action not in (Action.MOVED, Action.STATUS):
        raise NothingToUndo
    assert last.from_start and last.from_end and last.from_location  # only a booking comes from nothing
    [doctor], appointment = _locked_for_change(appointment, last.from_doctor)
    if appointment.history.last() != last:
        raise ChangedMeanwhile
    after = State(last.from_status, last.from_start, last.from_end, doctor, last.from_location)
    return _settle(appointment, State.of(appointment), after, action=Action.UNDONE, reason=reason, actor=actor)


def locked(doctors: list[Doctor], patient: Patient) -> tuple[list[Doctor], Patient]:
    """The newest rows of the doctors and the patient, locked until the transaction ends: see docs/booking.md.

    Doctors first, in the order of their ids, then the patient: everybody in the same order, so nobody deadlocks.
    """
    rows = {row.pk: row for row in Doctor.objects.locked().filter(pk__in={doctor.pk for doctor in doctors})}
    return [rows[doctor.pk] for doctor in doctors], Patient.objects.locked().get(pk=patient.pk)


def lasting(start: datetime, minutes: int) -> Interval:
    """The interval of a visit. Raises BadDuration."""
    if not 1 <= minutes <= LONGEST_VISIT_MINUTES:
        raise BadDuration
    return Interval.lasting(start, minutes)


# --- How a change is settled -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """What a change changes, and undo restores."""

    status: str
    start: datetime
    end: datetime
    doctor: Doctor
    location: Location

    @classmethod
    def of(cls, appointment: Appointment) -> "State":
        a = appointment
        return cls(a.status, a.start, a.end, a.doctor, a.location)

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def _locked_for_change(appointment: Appointment, doctor: Doctor | None) -> tuple[list[Doctor], Appointment]:
    """The doctor it shall have and the appointment, everything it touches locked and read anew."""
    wanted = doctor or appointment.doctor
    [_, target], patient = locked([appointment.doctor, wanted], appointment.patient)
    current = Appointment.objects.select_related("doctor", "location").get(pk=appointment.pk)
    if current.doctor_id != appointment.doctor_id:  # moved to a doctor who is not locked
        raise ChangedMeanwhile
    current.patient = patient
    return [target], current


def _settle(
    appointment: Appointment, before: State, after: State, *, action: str, reason: str, actor: User | None
) -> Appointment:
    """Check the new state where it takes time that the old one did not, store it, and write the history."""
    now = clock.now()
    location = after.location
    takes_time = (after.interval, after.doctor.pk) != (before.interval, before.doctor.pk) or not blocks(before.status)
    if blocks(after.status) and takes_time:
        visit = policy.Proposal(
            after.doctor,
            appointment.patient,
            after.interval,
            now,
            moving=appointment,
            starts_anew=_starts_anew(before, after, action),
        )
        policy.check(visit)
        location = _place(visit)
    seen = appointment.version
    appointment.status, appointment.start, appointment.end = after.status, after.start, after.end
    appointment.doctor, appointment.location = after.doctor, location
    _store(appointment, seen)
    if after != before:
        _record(appointment, action=action, before=before, at=now, reason=reason, actor=actor)
    return appointment


def _starts_anew(before: State, after: State, action: str) -> bool:
    """Whether "must be in the future" applies: to a start that moves and to a visit put back on the calendar.

    Not to a late arrival (no_show to checked_in), and not to undo, which corrects what was wrong.
    """
    if action == Action.UNDONE:
        return False
    put_back = after.status == Status.SCHEDULED and not blocks(before.status)
    return after.start != before.start or put_back


def _store(appointment: Appointment, seen: int) -> None:
    """Compare and set: only the version that was read is overwritten."""
    appointment.version = seen + 1
    appointment.updated_at = clock.now()
    fields = ("status", "start", "end", "doctor", "location", "notes", "version", "updated_at")
    with judged(VERDICTS):
        row = Appointment.objects.filter(pk=appointment.pk, version=seen)
        if not row.update(**{name: getattr(appointment, name) for name in fields}):
            raise ChangedMeanwhile


def _record(
    appointment: Appointment,
    *,
    action: str,
    before: State | None,
    at: datetime,
    reason: str = "",
    actor: User | None,
) -> None:
    AppointmentChange.objects.create(
        appointment=appointment,
        action=action,
        at=at,
        by=actor,
        reason=reason,
        from_status=before.status if before else "",
        from_start=before.start if before else None,
        from_end=before.end if before else None,
        from_doctor=before.doctor if before else None,
        from_location=before.location if before else None,
        to_status=appointment.status,
        to_start=appointment.start,
        to_end=appointment.end,
        to_doctor=appointment.doctor,
        to_location=appointment.location,
    )


def _place(visit: policy.Proposal) -> Location:
    if visit.location is None:
        raise OutsideHours
    return visit.location
