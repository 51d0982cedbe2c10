"""May this be booked? One small function a rule, in the order in which people hear of them.

`problems` lists every reason, for the desk; `check` raises the first. Both judge a `Proposal` whose doctor, patient
and rooms the caller has locked: what they say holds until the transaction ends. The database's constraint has the
last word. Staff may set the soft rules aside; nobody may double-book a doctor, a patient or a room.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.conf import settings

from accounts.roles import Role
from appointments import availability, occupancy
from appointments.availability import OpenHours
from appointments.errors import (
    BufferNeeded,
    CancelledTooOften,
    DoctorInactive,
    ForTheClinic,
    InThePast,
    NoRoomFree,
    NotOffered,
    NotOnline,
    OutsideHours,
    PastCutOff,
    PatientBusy,
    PatientInactive,
    RoomTaken,
    RoomUnsuitable,
    SlotHeld,
    SlotTaken,
    TooFarAhead,
    TooManyVisits,
    TooSoon,
    TypeInactive,
)
from appointments.lifecycle import Status
from appointments.models import Appointment, AppointmentChange, Hold
from appointments.models.overlap import edges, overlapping
from appointments.occupancy import Buffers, NotCounted, Taken
from clinics.instants import FIRST_YEAR
from clinics.models import AppointmentType, Location, Room
from clinics.models.rooms import RoomQuerySet
from common.errors import Refused
from common.prepared import Prepared
from common.text import Minutes
from common.together import ask
from doctors.models import Doctor
from patients.models import Patient
from scheduling.intervals import DAY, MINUTE, Interval

OF_PATIENT = Prepared(
    lambda patient, start, end, latest, but: (
        Appointment.objects.blocking()
        .of_person(patient)
        .filter(overlapping(start, end, latest))
        .exclude(pk=but)
        .order_by()
        .values_list("pk")[:1]
    )
)


@dataclass(frozen=True, slots=True)
class Around:
    """The calendar around a visit: the doctor's hours, what is taken near enough for any buffer, and the patient."""

    hours: OpenHours
    taken: list[Taken]
    patient_is_elsewhere: bool


@dataclass
class Proposal:
    """A visit, or a hold, that somebody would like to have.

    ``moving`` is the appointment that it replaces if it is a move, ``hold`` the hold whose token was given: neither is
    in its way. ``starts_anew`` is False where the start neither is new nor changes, so that yesterday's visit can be
    corrected. ``room_wanted`` is the room that somebody named; ``room_now`` the one it has, kept where it can be;
    ``location_now`` where it is, for an override outside all hours; ``location_again`` where an undo leads back to.
    ``buffers`` are the type's, or, of a move, those that it was booked with.
    """

    doctor: Doctor
    interval: Interval
    now: datetime
    patient: Patient | None = None
    appointment_type: AppointmentType | None = None
    room_wanted: Room | None = None
    room_now: Room | None = None
    location_now: Location | None = None
    location_again: Location | None = None
    moving: Appointment | None = None
    hold: Hold | None = None
    starts_anew: bool = True
    override: bool = False
    as_patient: bool = False
    buffers: Buffers = field(init=False)

    def __post_init__(self) -> None:
        if self.moving:
            self.buffers = Buffers(self.moving.buffer_before_minutes, self.moving.buffer_after_minutes)
        else:
            self.buffers = Buffers.of(self.appointment_type)

    @cached_property
    def around(self) -> Around:
        """What most rules ask about, read at once: one query."""
        doctors, span = [self.doctor], self.interval
        hours = availability.questions(doctors, span)
        taken = occupancy.questions_of_doctors([self.doctor.pk], span, now=self.now, **self.not_counted)
        patient, but = self.patient.pk if self.patient else 0, self.not_counted["appointment"]
        elsewhere = OF_PATIENT.of(patient=patient, but=but, **edges(span))
        *answers, visits, holds, others = ask(*hours, *taken, elsewhere)
        return Around(
            OpenHours(doctors, span, answers=answers),
            occupancy.taken(visits, holds)[self.doctor.pk],
            patient_is_elsewhere=bool(others),
        )

    @cached_property
    def open_location(self) -> Location | None:
        """Where the doctor is through the whole visit; None: not available."""
        return self.around.hours.location_of(self.doctor, self.interval)

    @cached_property
    def location(self) -> Location | None:
        """Where the visit takes place. Outside hours only an override has a place: where it is, or the doctor is.

        Undo leads back to where it was, even if the doctor is elsewhere by now.
        """
        if self.location_again:
            return self.location_again
        if self.open_location or not self.override:
            return self.open_location
        near = self.location_now or availability.nearest_location(self.doctor, self.interval)
        return near or Location.objects.default()

    @property
    def room_kind(self) -> str:
        return self.appointment_type.room_kind if self.appointment_type else ""

    @property
    def room_named(self) -> Room | None:
        """The one room that will do: the one that is asked for, or, where no kind is needed, the one it has."""
        return self.room_wanted or (None if self.room_kind else self.room_now)

    @property
    def needs_room(self) -> bool:
        return bool(self.room_named or self.room_kind)

    @property
    def suitable_rooms(self) -> RoomQuerySet:
        """The rooms that would do, free or not: `settling` locks them before anybody asks for ``room``."""
        if self.location is None or not self.needs_room:
            return Room.objects.none()
        rooms = Room.objects.active().filter(location=self.location)
        if self.room_kind:
            rooms = rooms.of_kind(self.room_kind)
        return rooms.filter(pk=self.room_named.pk) if self.room_named else rooms

    @cached_property
    def candidate_rooms(self) -> list[Room]:
        """The rooms that would do, the one it has first."""
        if not self.needs_room:
            return []
        return sorted(self.suitable_rooms, key=lambda room: (room != self.room_now, room.pk))

    @cached_property
    def room(self) -> Room | None:
        """The first of the candidate rooms that is free."""
        return next((room for room in self.candidate_rooms if not self.rooms_taken.get(room.pk)), None)

    @cached_property
    def rooms_taken(self) -> dict[int, list[Taken]]:
        """What is taken of the candidate rooms at the time of the visit."""
        ids = [room.pk for room in self.candidate_rooms]
        return occupancy.of_rooms(ids, self.interval, now=self.now, **self.not_counted) if ids else {}

    @cached_property
    def offered(self) -> bool:
        """Whether the doctor offers the type, if there is one."""
        if self.appointment_type is None:
            return True
        return Doctor.objects.offering(self.appointment_type).filter(pk=self.doctor.pk).exists()

    @property
    def not_counted(self) -> NotCounted:
        return {"appointment": self.moving.pk if self.moving else 0, "hold": self.hold.pk if self.hold else 0}


# --- Hard rules: nobody sets them aside ------------------------------------------------------------


def starts_in_the_future(visit: Proposal) -> Refused | None:
    return InThePast() if visit.starts_anew and visit.interval.start <= visit.now else None


def doctor_is_active(visit: Proposal) -> Refused | None:
    return None if visit.doctor.active else DoctorInactive()


def patient_is_active(visit: Proposal) -> Refused | None:
    return None if visit.patient is None or visit.patient.active else PatientInactive()


def type_is_active(visit: Proposal) -> Refused | None:
    gone = visit.appointment_type and not visit.appointment_type.active and not visit.moving
    return TypeInactive() if gone else None


def doctor_offers_it(visit: Proposal) -> Refused | None:
    return None if visit.offered else NotOffered()


def patient_may_book_it(visit: Proposal) -> Refused | None:
    """Some types are booked by the clinic only; a visit that is there already may be moved."""
    asked = visit.appointment_type if visit.as_patient and not visit.moving else None
    return None if asked is None or asked.bookable_online else NotOnline()


def leaves_some_for_others(visit: Proposal) -> Refused | None:
    """Who books for themselves has so many visits to come at most; one that is there already may be moved."""
    most = settings.PATIENT_FUTURE_VISITS
    if not (visit.as_patient and most and visit.patient) or visit.moving:
        return None
    return TooManyVisits(most) if visits_ahead(visit.patient, visit.now) >= most else None


def visits_ahead(patient: Patient, now: datetime) -> int:
    """How many visits the patient has to come, those that stayed with a merged record included."""
    return Appointment.objects.blocking().of_person(patient.pk).filter(start__gt=now).count()


def keeps_what_is_booked(visit: Proposal) -> Refused | None:
    """Whose visits were cancelled online again and again of late takes times from others: the clinic books for them."""
    most, days = settings.PATIENT_CANCELLATIONS, settings.PATIENT_CANCELLATION_DAYS
    if not (visit.as_patient and most and visit.patient) or visit.moving:
        return None
    cancelled = AppointmentChange.objects.filter(
        appointment__in=Appointment.objects.of_person(visit.patient.pk),
        to_status=Status.CANCELLED,
        by__role=Role.PATIENT,
        at__gt=visit.now - days * DAY,
    )
    count = cancelled.values("appointment").distinct().count()
    return CancelledTooOften(count, days) if count >= most else None


def doctor_is_free(visit: Proposal) -> Refused | None:
    clashes = [taken for taken in visit.around.taken if taken.interval.overlaps(visit.interval)]
    if not clashes:
        return None
    return SlotHeld() if all(taken.held for taken in clashes) else SlotTaken()


def patient_is_free(visit: Proposal) -> Refused | None:
    return PatientBusy() if visit.around.patient_is_elsewhere else None


def room_is_free(visit: Proposal) -> Refused | None:
    if visit.location is None or not visit.needs_room or visit.room:
        return None
    if visit.room_named is None:
        return NoRoomFree(visit.room_kind)
    return RoomTaken() if visit.candidate_rooms else RoomUnsuitable()


# --- Soft rules: staff may set them aside, with a reason -------------------------------------------


def within_hours(visit: Proposal) -> Refused | None:
    return OutsideHours() if visit.open_location is None or visit.open_location != visit.location else None


def gives_notice(visit: Proposal) -> Refused | None:
    """Notice is measured on instants; a hold that was made in time stays in time."""
    notice = visit.appointment_type.minimum_notice_minutes if visit.appointment_type else 0
    asked_at = visit.hold.created_at if visit.hold else visit.now
    if not notice or not visit.starts_anew or visit.interval.start >= asked_at + notice * MINUTE:
        return None
    return TooSoon(Minutes(notice))


def within_horizon(visit: Proposal) -> Refused | None:
    """The horizon is measured in local dates, the last one included."""
    days = visit.appointment_type.booking_horizon_days if visit.appointment_type else None
    if days is None or not visit.starts_anew:
        return None
    location = visit.location or Location.objects.default()
    last_day = location.local(visit.now).date() + days * DAY
    return TooFarAhead(last_day) if location.local(visit.interval.start).date() > last_day else None


def keeps_buffers(visit: Proposal) -> Refused | None:
    near = (taken for taken in visit.around.taken if not taken.interval.overlaps(visit.interval))
    return BufferNeeded() if any(t.kept_from(visit.buffers).overlaps(visit.interval) for t in near) else None


Rule = Callable[[Proposal], Refused | None]

RULES: tuple[Rule, ...] = (
    starts_in_the_future,
    doctor_is_active,
    patient_is_active,
    type_is_active,
    doctor_offers_it,
    patient_may_book_it,
    leaves_some_for_others,
    keeps_what_is_booked,
    within_hours,
    gives_notice,
    within_horizon,
    doctor_is_free,
    keeps_buffers,
    patient_is_free,
    room_is_free,
)
SOFT: frozenset[Rule] = frozenset({within_hours, gives_notice, within_horizon, keeps_buffers})


def problems(visit: Proposal) -> Iterator[Refused]:
    """Every reason why the visit may not be booked, in order; without the soft ones where they are set aside.

    Of a time before `FIRST_YEAR` only that it is past: there is no calendar to look around in.
    """
    judged = RULES if visit.interval.start.year >= FIRST_YEAR else (starts_in_the_future,)
    rules = (rule for rule in judged if not (visit.override and rule in SOFT))
    return (problem for rule in rules if (problem := rule(visit)))


def check(visit: Proposal) -> None:
    """Raise the first reason why the visit may not be booked, if there is one."""
    for problem in problems(visit):
        problem.about = visit
        raise problem


def set_aside(visit: Proposal) -> list[str]:
    """Codes of the soft rules that an override sets aside, for the history."""
    if not visit.override:
        return []
    return [problem.code for rule in RULES if rule in SOFT and (problem := rule(visit))]


def check_terms(**terms: object) -> None:
    """Raise ForTheClinic where a patient asks for what only the clinic sets, by the API's names."""
    for name, wanted in terms.items():
        if wanted not in (None, "", False, ...):
            raise ForTheClinic(field=name)


def check_cut_off(appointment: Appointment, now: datetime) -> None:
    """Raise PastCutOff where it is too late for a patient to change the visit; staff are not asked."""
    cutoff = appointment.location.patient_cutoff_minutes
    if appointment.start - now < cutoff * MINUTE:
        raise PastCutOff(Minutes(cutoff))
