"""May this be booked? One small function a rule, in the order in which people hear of them.

`problems` lists every reason, for the desk; `check` raises the first. Both judge a `Proposal` whose doctor, patient
and rooms the caller has locked: what they say holds until the transaction ends. The database's constraint has the
last word. Staff may set the soft rules aside; nobody may double-book a doctor, a patient or a room.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.conf import settings

from accounts.roles import Role
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
from appointments.models import Appointment, AppointmentChange
from appointments.proposal import Proposal
from clinics.instants import FIRST_YEAR
from clinics.models import Location
from common.errors import Refused
from common.text import Minutes
from patients.models import Patient
from scheduling.intervals import DAY, MINUTE

# --- Hard rules: nobody sets them aside ------------------------------------------------------------


def starts_in_the_future(visit: Proposal) -> Refused | None:
    return InThePast() if visit.starts_anew and visit.interval.start <= visit.now else None


def doctor_is_active(visit: Proposal) -> Refused | None:
    return None if visit.doctor.active else DoctorInactive()


def patient_is_active(visit: Proposal) -> Refused | None:
    return None if visit.patient is None or visit.patient.active else PatientInactive()


def type_is_active(visit: Proposal) -> Refused | None:
    """A visit that is there already may be moved."""
    gone = visit.appointment_type and not visit.appointment_type.active and visit.is_new
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
    if is_past_cut_off(appointment.location, appointment.start, now):
        raise PastCutOff(Minutes(appointment.location.patient_cutoff_minutes))


def is_past_cut_off(location: Location, start: datetime, now: datetime) -> bool:
    """Whether a visit there and then is one that a patient can neither move nor cancel any more."""
    return start - now < location.cut_off
