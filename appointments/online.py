"""Booking without an account: a time is kept for a visitor, then booked for a new record, once for each token.

A visitor never touches a record that was there before, so no answer depends on who is a patient already: see
docs/adr. The desk finds the new record among the possible duplicates, and merges it once it knows who came.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from accounts.models import IdempotencyKey, User
from appointments import holds, services
from appointments.alternatives import MOST, alternatives
from appointments.errors import BookedAlready, NotOnline, OnlineBookingClosed
from appointments.finding import Search, Slot, find_slots
from appointments.lengths import lasting, usual_minutes
from appointments.models import Hold, OnlineBooking
from appointments.proposal import Proposal
from appointments.references import new_reference
from clinics.models import AppointmentType, Location
from common import clock
from common.integrity import judged
from common.text import fingerprint
from common.transactions import atomic
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from patients import services as patient_services
from patients.models import Patient

FOR_THE_DESK = "Booked online without an account: make sure who this is, and merge it with an older record."
REASON = "Booked online."
# Of pages: a key of the API has no space in it.
KEY_OF_A_PAGE = "page "
DONE = 201
LOOK_AHEAD = timedelta(days=31)
# Each is unique; a third try is never needed.
TRIES = 3
VERDICTS = {
    "online_booking_once_a_token": BookedAlready,
    "appointments_onlinebooking.token_hash": BookedAlready,
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who books, as they say themselves."""

    full_name: str
    phone_number: str
    email: str = ""
    date_of_birth: date | None = None


def types_bookable() -> Any:
    """The appointment types that patients book themselves."""
    return AppointmentType.objects.active().filter(bookable_online=True)


def doctors_for(kind: AppointmentType, location: Location | None = None) -> Any:
    """The active doctors who give this type of visit, at one place or anywhere that is open."""
    places = [location] if location else Location.objects.active()
    return Doctor.objects.active().offering(kind).seeing_patients_at(*places)


def places_for(kind: AppointmentType) -> list[Location]:
    """The active places where somebody gives this type of visit, the clinic's first one first."""
    doctors = doctors_for(kind)
    weekly = WeeklyHours.objects.filter(doctor__in=doctors)
    extra = AvailabilityException.objects.filter(doctor__in=doctors, kind=AvailabilityException.Kind.OPEN)
    there = Q(pk__in=weekly.values("location")) | Q(pk__in=extra.values("location"))
    return list(Location.objects.active().filter(there).order_by("id"))


def hold_time(
    *, kind: AppointmentType, doctor: Doctor, start: datetime, address: str, instead_of: str = ""
) -> tuple[Hold, str]:
    """Keep a time for ONLINE_HOLD_MINUTES; return the hold and its token.

    ``instead_of`` is the token of the visitor's hold so far, which is released: a visitor has one. An address (of the
    network) has ONLINE_HOLDS_PER_ADDRESS at most, counted under the doctor's lock: requests for several doctors at the
    same instant can exceed it by their number. Raises OnlineBookingClosed, NotOnline, TooManyHolds, the `Refused` that
    `policy` finds, or Busy.
    """
    _refuse_where_closed(kind)
    drop_hold(instead_of)
    return holds.hold(
        doctor=doctor,
        start=start,
        appointment_type=kind,
        lasting=timedelta(minutes=settings.ONLINE_HOLD_MINUTES),
        visitor=_pseudonym(address),
        most=settings.ONLINE_HOLDS_PER_ADDRESS,
    )


def drop_hold(token: str) -> None:
    """Give a visitor's time back, if it is still kept."""
    if token and (kept := holds.standing(token)):
        holds.release(kept)


def book(
    *, token: str, kind: AppointmentType, doctor: Doctor, start: datetime, hold: str, visitor: Visitor
) -> OnlineBooking:
    """Book for a new record; sent again with the same ``token``, give the booking that there is.

    ``token`` becomes that of the private link. Where ``hold`` is over, the time is booked if it is still free. Raises
    OnlineBookingClosed, the `Refused` that `policy` finds, or Busy; there is then no new record either.
    """
    try:
        return _book(token=token, kind=kind, doctor=doctor, start=start, hold=hold, visitor=visitor)
    except BookedAlready:
        return OnlineBooking.objects.of_link(token).get()


@atomic
def _book(
    *, token: str, kind: AppointmentType, doctor: Doctor, start: datetime, hold: str, visitor: Visitor
) -> OnlineBooking:
    now = clock.now()
    doctor = Doctor.objects.locked().get(pk=doctor.pk)
    if made := OnlineBooking.objects.of_link(token).first():  # whoever sent it first had the lock until now
        return made
    _refuse_where_closed(kind)
    appointment = services.book(
        patient=patient_services.register(
            full_name=visitor.full_name,
            phone_number=visitor.phone_number,
            email=visitor.email,
            date_of_birth=visitor.date_of_birth,
            desk_notes=FOR_THE_DESK,
        ),
        doctor=doctor,
        start=start,
        appointment_type=kind,
        hold=_standing(hold, doctor, start),
        reason=REASON,
        as_patient=True,
    )
    with judged(VERDICTS):
        return OnlineBooking.objects.create(
            appointment=appointment, reference=_unused_reference(), token_hash=fingerprint(token), created_at=now
        )


@atomic
def book_own(
    *,
    key: str,
    patient: Patient,
    kind: AppointmentType,
    doctor: Doctor,
    start: datetime,
    hold: str,
    actor: User,
) -> int:
    """Book for a record that ``actor`` acts for; give the visit's id, the same one if ``key`` comes again.

    The key is claimed and answered in the booking's own transaction, as in the API. Raises what `services.book` does.
    """
    claimed = IdempotencyKey.objects.claim(
        user=actor, key=KEY_OF_A_PAGE + key, fingerprint=fingerprint(key), now=clock.now()
    )
    if claimed.status is not None:
        return int(bytes(claimed.body))
    doctor = Doctor.objects.locked().get(pk=doctor.pk)
    visit = services.book(
        patient=patient,
        doctor=doctor,
        start=start,
        appointment_type=kind,
        hold=_standing(hold, doctor, start),
        reason=REASON,
        as_patient=True,
        actor=actor,
    )
    claimed.status, claimed.body = DONE, str(visit.pk).encode()
    claimed.save()
    return visit.pk


def booked_before(actor: User, key: str) -> int | None:
    """The id of the visit that ``key`` has booked, if it has."""
    kept = IdempotencyKey.objects.filter(user=actor, key=KEY_OF_A_PAGE + key, status=DONE).first()
    return int(bytes(kept.body)) if kept else None


def other_times(
    *, kind: AppointmentType, doctor: Doctor, location: Location, start: datetime, any_doctor: bool
) -> list[Slot]:
    """Three free times near one that is gone, in their order: of that doctor, or of others who would do as well."""
    now = clock.now()
    visit = Proposal(
        doctor=doctor, interval=lasting(start, usual_minutes(doctor, kind)), now=now, appointment_type=kind
    )
    found = alternatives(visit, place=location)
    if any_doctor and len(found) < MOST:
        since = max(start, now)
        others = Search(
            list(doctors_for(kind, location)),
            since=since,
            until=since + LOOK_AHEAD,
            now=now,
            limit=MOST * 5,
            appointment_type=kind,
            location=location,
        )
        taken = {slot.start for slot in found}
        for slot in find_slots(others):
            if slot.start not in taken and len(found) < MOST:
                taken.add(slot.start)
                found.append(slot)
    return sorted(found, key=lambda slot: slot.start)


def _standing(hold: str, doctor: Doctor, start: datetime) -> str:
    """The token, if its hold keeps that time; "" where it is over. The doctor is locked."""
    kept = holds.standing(hold)
    return hold if kept and (kept.doctor_id, kept.start) == (doctor.pk, start) else ""


def _refuse_where_closed(kind: AppointmentType) -> None:
    if not settings.ONLINE_BOOKING:
        raise OnlineBookingClosed
    if not kind.bookable_online:
        raise NotOnline


def _unused_reference() -> str:
    for _ in range(TRIES):
        reference = new_reference()
        if not OnlineBooking.objects.filter(reference=reference).exists():
            break
    return reference


def _pseudonym(address: str) -> str:
    """What stands for a network address in the table of holds: it cannot be read back without the SECRET_KEY."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"hold " + address.encode(), "sha256").hex()
