"""The waiting list: join, accept, decline, leave; what nobody takes in time goes to the next.

An offer lapses by itself: whoever reads it late finds it lapsed, and `lapse_due` passes on what nobody reads. Every
verb locks the doctor's row first, as booking does.
"""

from datetime import datetime
from typing import Any

from accounts.models import User
from appointments import offers, services
from appointments.errors import NoOffer, WaitlistOver
from appointments.models import Appointment, Hold, WaitlistEntry, WaitlistOffer
from clinics.models import Location
from common import clock
from common.transactions import atomic
from doctors.models import Doctor

Status = WaitlistEntry.Status
OfferStatus = WaitlistOffer.Status
BATCH = 100


@atomic
def join(*, actor: User | None = None, **wishes: Any) -> WaitlistEntry:
    """Put a patient on the list."""
    return WaitlistEntry.objects.create(created_by=actor, **wishes)


@atomic
def amend(entry: WaitlistEntry, **wishes: Any) -> WaitlistEntry:
    """Change what the patient waits for. Raises WaitlistOver once it has come to an end."""
    entry = WaitlistEntry.objects.select_for_update().get(pk=entry.pk)
    if entry.status not in (Status.WAITING, Status.OFFERED):
        raise WaitlistOver(entry.status)
    for name, value in wishes.items():
        setattr(entry, name, value)
    entry.save()
    return entry


@atomic
def accept(entry: WaitlistEntry, *, actor: User | None = None) -> Appointment:
    """Book the time that is on offer. Of two who accept one offer, one wins.

    Raises NoOffer if there is none (any more), the `Refused` that `policy` finds, or Busy.
    """
    now = clock.now()
    offer = _pending(entry)
    if offer is None or offer.hold is None or offer.expires_at <= now:
        raise NoOffer
    appointment = services.book(
        patient=entry.patient,
        doctor=offer.doctor,
        start=offer.start,
        appointment_type=entry.appointment_type,
        hold=offer.hold,
        actor=actor,
    )
    _close(offer, OfferStatus.ACCEPTED)
    WaitlistEntry.objects.filter(pk=entry.pk).update(status=Status.BOOKED, appointment=appointment, updated_at=now)
    return appointment


@atomic
def decline(entry: WaitlistEntry) -> WaitlistEntry:
    """Leave the time to the next; go on waiting for another. Raises NoOffer."""
    offer = _pending(entry)
    if offer is None:
        raise NoOffer
    _pass_on(offer, OfferStatus.DECLINED, clock.now())
    entry.refresh_from_db()
    return entry


@atomic
def withdraw(entry: WaitlistEntry) -> WaitlistEntry:
    """Leave the list; a time on offer goes to the next. Leaving twice changes nothing."""
    offer = _pending(entry)
    entry.refresh_from_db()
    if entry.status in (Status.WAITING, Status.OFFERED):
        entry.status = Status.WITHDRAWN
        entry.save(update_fields=["status", "updated_at"])
    if offer:
        _pass_on(offer, OfferStatus.DECLINED, clock.now())
        entry.refresh_from_db()
    return entry


def lapse_due(entry: WaitlistEntry | None = None) -> int:
    """Let the offers lapse whose time is over, and pass their times on: of one entry, or of all, at most a batch.

    Returns how many offers lapsed.
    """
    now = clock.now()
    due = WaitlistOffer.objects.due(now).order_by("id")
    if entry is not None:
        due = due.filter(entry=entry)
    return sum(_lapse(offer, now) for offer in due[:BATCH])


def lapse_all_due() -> int:
    """`lapse_due` until nothing is due, and close the entries whose last day is over; for the worker."""
    _expire_entries(clock.now())
    lapsed = 0
    while batch := lapse_due():
        lapsed += batch
    return lapsed


@atomic
def _lapse(offer: WaitlistOffer, now: datetime) -> int:
    _lock(offer.doctor_id)
    still = WaitlistOffer.objects.due(now).select_related("entry", "doctor", "hold").filter(pk=offer.pk).first()
    if still is None:
        return 0
    _pass_on(still, OfferStatus.LAPSED, now)
    return 1


def _pending(entry: WaitlistEntry) -> WaitlistOffer | None:
    """The offer that stands, read under the lock of its doctor's row."""
    seen = entry.offers.pending().first()
    if seen is None:
        return None
    _lock(seen.doctor_id)
    return entry.offers.pending().select_related("doctor", "hold", "entry").filter(pk=seen.pk).first()


def _lock(doctor_id: int) -> None:
    Doctor.objects.locked().get(pk=doctor_id)


def _pass_on(offer: WaitlistOffer, status: str, now: datetime) -> None:
    """Close the offer, let its patient wait on, and offer the time to the next."""
    _close(offer, status)
    WaitlistEntry.objects.filter(pk=offer.entry_id, status=Status.OFFERED).update(status=Status.WAITING, updated_at=now)
    offers.offer_freed_time(offer.doctor, offer.interval, now)


def _close(offer: WaitlistOffer, status: str) -> None:
    kept = offer.hold_id
    WaitlistOffer.objects.filter(pk=offer.pk).update(status=status, hold=None)
    Hold.objects.filter(pk=kept).delete()


def _expire_entries(now: datetime) -> None:
    """Close those whose last day is over at every location."""
    today = min(location.local(now).date() for location in Location.objects.all())
    WaitlistEntry.objects.waiting().filter(latest__lt=today).update(status=Status.EXPIRED, updated_at=now)
