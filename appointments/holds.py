"""Holds: a slot kept for a few minutes for whoever has the token.

A hold is made under the same locks and by the same policy as a booking. It ends when it is booked, released, or its
time is over: it then simply no longer counts, with no job running.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import User
from appointments import lengths, policy
from appointments.errors import ActsForNobody, HoldGone, TooManyHolds
from appointments.models import Hold
from appointments.permissions import own_patients
from appointments.proposal import Proposal
from appointments.settling import admit
from clinics.models import AppointmentType, Location, Room
from common import clock, trail
from common.text import fingerprint
from common.transactions import atomic
from doctors.models import Doctor
from patients.models import Patient

# What the audit trail keeps of a hold.
STATED = ("doctor", "location", "room", "patient", "appointment_type", "start", "end", "expires_at")


@atomic
def hold(
    *,
    doctor: Doctor,
    start: datetime,
    appointment_type: AppointmentType | None = None,
    duration_minutes: int | None = None,
    room: Room | None = None,
    patient: Patient | None = None,
    lasting: timedelta | None = None,
    most: int | None = None,
    as_patient: bool = False,
    visitor: str = "",
    actor: User | None = None,
) -> tuple[Hold, str]:
    """Keep a slot; return the hold and its token, which is not stored and cannot be had again.

    ``lasting`` is five minutes unless said otherwise (HOLD_MINUTES). A user has at most HOLDS_PER_USER standing ones;
    whoever is not signed in is told apart by ``visitor``, and has at most ``most``. ``as_patient`` applies the rules
    for patients. Raises TooManyHolds, ForTheClinic, ActsForNobody, the `Refused` that `policy` finds, or Busy.
    """
    if as_patient:
        policy.check_terms(duration_minutes=duration_minutes, room=room)
        if actor and not patient:
            _refuse_who_acts_for_nobody(actor)
    now = clock.now()
    doctor = Doctor.objects.locked().get(pk=doctor.pk)
    if actor is not None:
        _refuse_too_many(actor, now, most or settings.HOLDS_PER_USER)
    elif visitor and most and Hold.objects.standing(now).filter(visitor=visitor).count() >= most:
        raise TooManyHolds(most)
    visit = Proposal(
        doctor=doctor,
        interval=lengths.lasting(start, duration_minutes or lengths.usual_minutes(doctor, appointment_type)),
        now=now,
        patient=patient.current if patient else None,
        appointment_type=appointment_type,
        room_wanted=room,
        as_patient=as_patient,
    )
    place, room, _ = admit(visit)
    return _keep(
        visit,
        place,
        room,
        now + (lasting or timedelta(minutes=settings.HOLD_MINUTES)),
        created_by=actor,
        visitor=visitor,
    )


def _keep(visit: Proposal, place: Location, room: Room | None, expires_at: datetime, **by: Any) -> tuple[Hold, str]:
    token = secrets.token_urlsafe(32)
    kept = Hold.objects.create(
        token_hash=fingerprint(token),
        doctor=visit.doctor,
        location=place,
        room=room,
        patient=visit.patient,
        appointment_type=visit.appointment_type,
        start=visit.interval.start,
        end=visit.interval.end,
        buffer_before_minutes=visit.buffers.before,
        buffer_after_minutes=visit.buffers.after,
        expires_at=expires_at,
        **by,
    )
    trail.created(kept, *STATED)
    return kept, token


@atomic
def release(kept: Hold) -> None:
    """Give the slot back before the hold's time is over."""
    Doctor.objects.locked().get(pk=kept.doctor_id)
    trail.removed(kept, *STATED)
    Hold.objects.filter(pk=kept.pk).delete()


def standing(token: str) -> Hold | None:
    """The hold of this token, while its time is not over."""
    kept = Hold.objects.standing(clock.now()).filter(token_hash=fingerprint(token))
    return kept.select_related("doctor", "location", "appointment_type").first()


def redeemed(key: str | Hold, *, doctor: Doctor, patient: Patient, start: datetime, now: datetime) -> Hold:
    """The standing hold on that time of that doctor, whose row is locked; by its token. Raises HoldGone."""
    wanted = {"pk": key.pk} if isinstance(key, Hold) else {"token_hash": fingerprint(key)}
    kept = Hold.objects.standing(now).select_related("appointment_type", "room").filter(**wanted).first()
    if kept is None or (kept.doctor_id, kept.start) != (doctor.pk, start):
        raise HoldGone
    if kept.patient_id not in (None, patient.pk):  # kept for somebody else
        raise HoldGone
    return kept


def clear_expired(now: datetime) -> int:
    """Delete holds whose time is over; they count no longer anyway. Returns how many."""
    return Hold.objects.filter(expires_at__lte=now).delete()[0]


def _refuse_who_acts_for_nobody(actor: User) -> None:
    """A time is kept for somebody who can be booked then: who books nobody only keeps it from others."""
    if not own_patients(actor).filter(active=True).exists():
        raise ActsForNobody


def _refuse_too_many(actor: User, now: datetime, most: int) -> None:
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if Hold.objects.standing(now).filter(created_by=actor).count() >= most:
        raise TooManyHolds(most)
