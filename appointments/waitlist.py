"""The waiting list: join, accept, decline, leave; what nobody takes in time goes to the next.

An offer lapses by itself: whoever reads it late finds it lapsed (`lapse_due`), and the worker passes on what nobody
reads (`lapse_all_due`). Every verb locks the doctor of the offer, as booking does, and then the entry.
"""

from datetime import date, datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from appointments import offers, policy, services
from appointments.errors import NotOnline, TooManyVisits
from appointments.models import Appointment, WaitlistEntry, WaitlistOffer
from appointments.waitlist_errors import (
    EntryChanged,
    EntryOfAnother,
    EntryUpsideDown,
    LatestIsOver,
    NoOffer,
    WaitlistOver,
    WaitsForNothing,
)
from clinics.models import Location
from common import clock, trail
from common.integrity import judged
from common.open_trail import aside
from common.transactions import atomic
from doctors.models import Doctor
from patients.models import Patient

Status = WaitlistEntry.Status
OfferStatus = WaitlistOffer.Status
STANDING = (Status.WAITING, Status.OFFERED)
# What is waited for.
WISHES = (
    "doctor_id",
    "specialization",
    "appointment_type_id",
    "location_id",
    "earliest",
    "latest",
    "weekdays",
    "part_of_day",
)
BATCH = 100
VERDICTS = {"waitlist_not_upside_down": EntryUpsideDown, "waitlist_for_something": WaitsForNothing}


@atomic
def join(*, as_patient: bool = False, actor: User | None = None, **wishes: Any) -> WaitlistEntry:
    """Put a patient on the list. Raises EntryUpsideDown, LatestIsOver and WaitsForNothing.

    ``as_patient`` applies the rules for patients: raises ForTheClinic, NotOnline and TooManyVisits. Who waits for the
    very same already, having sent a form twice perhaps, is given that entry.
    """
    if as_patient:
        _check_wishes_of_patient(wishes)
    wishes["patient"] = Patient.objects.locked_current(wishes["patient"].pk)
    entry = _filled(WaitlistEntry(created_by=actor), wishes)
    if as_patient:
        if same := _the_same(entry):
            return same
        _leave_some_for_others(entry.patient)
    _save(entry, wishes)
    trail.created(entry, "status", *wishes)
    return entry


@atomic
def amend(
    entry: WaitlistEntry, *, patient: Patient | None = None, as_patient: bool = False, **wishes: Any
) -> WaitlistEntry:
    """Change what the patient waits for, on the newest state of the entry; an offer stands as it was made.

    Raises what `join` raises, EntryOfAnother, and WaitlistOver once the entry has come to an end.
    """
    if patient is not None and patient.pk != entry.patient_id:
        raise EntryOfAnother
    if as_patient:
        _check_wishes_of_patient(wishes)
    entry = WaitlistEntry.objects.locked().get(pk=entry.pk)
    if entry.status not in STANDING:
        raise WaitlistOver(entry.status)
    before = trail.state(entry, wishes)
    _save(_filled(entry, wishes), wishes)
    trail.changed(entry, before)
    return entry


@atomic
def accept(entry: WaitlistEntry, *, actor: User | None = None) -> Appointment:
    """Book the time that is on offer, as it was offered. Of two who accept one offer, one wins.

    Raises NoOffer if there is none (any more), the `Refused` that `policy` finds, EntryChanged or Busy.
    """
    now = clock.now()
    entry, offer = locked(entry)
    if offer is None or offer.hold is None or offer.expires_at <= now:
        raise NoOffer
    appointment = services.book(
        patient=entry.patient, doctor=offer.doctor, start=offer.start, hold=offer.hold, actor=actor
    )
    _close(offer, OfferStatus.ACCEPTED)
    before = trail.state(entry, ["status", "appointment"])
    entry.status, entry.appointment = Status.BOOKED, appointment
    entry.save(update_fields=["status", "appointment", "updated_at"])
    trail.changed(entry, before)
    return appointment


@atomic
def decline(entry: WaitlistEntry) -> WaitlistEntry:
    """Leave the time to the next; go on waiting for another. Raises NoOffer or EntryChanged."""
    entry, offer = locked(entry)
    if offer is None:
        raise NoOffer
    _pass_on(entry, offer, OfferStatus.DECLINED)
    return entry


@atomic
def withdraw(entry: WaitlistEntry) -> WaitlistEntry:
    """Leave the list; a time on offer goes to the next. Leaving twice changes nothing. Raises EntryChanged."""
    entry, offer = locked(entry)
    if entry.status in STANDING:
        before = trail.state(entry, ["status"])
        entry.status = Status.WITHDRAWN
        entry.save(update_fields=["status", "updated_at"])
        trail.changed(entry, before)
    if offer:
        _pass_on(entry, offer, OfferStatus.DECLINED)
    return entry


def lapse_due(entry: WaitlistEntry | None = None) -> int:
    """Let the offers lapse whose time is over, and pass their times on: of one entry, or of all, at most a batch.

    Returns how many offers lapsed.
    """
    due = WaitlistOffer.objects.due(clock.now()).select_related("entry").order_by("id")
    if entry is not None:
        due = due.filter(entry=entry)
    found = list(due[:BATCH])
    with aside("waitlist_entry.lapse"):
        return sum(map(_lapse, found))


def lapse_all_due() -> int:
    """`lapse_due` until nothing is due, and close the entries whose last day is over; for the worker."""
    lapsed = 0
    while batch := lapse_due():
        lapsed += batch
    with aside("waitlist_entry.expire"):
        _expire_those_over()
    return lapsed


def locked(entry: WaitlistEntry) -> tuple[WaitlistEntry, WaitlistOffer | None]:
    """The entry and its pending offer as they are now, locked until the transaction ends: the offer's doctor first.

    Raises EntryChanged where an offer of another doctor was made meanwhile.
    """
    doctor = entry.offers.pending().values_list("doctor", flat=True).first()
    if doctor is not None:
        Doctor.objects.locked().get(pk=doctor)
    current = WaitlistEntry.objects.locked().select_related("patient").get(pk=entry.pk)
    offer = current.offers.pending().select_related("doctor", "hold").first()
    if offer and offer.doctor_id != doctor:
        raise EntryChanged
    return current, offer


@atomic
def _expire_those_over() -> None:
    over = WaitlistEntry.objects.waiting().filter(latest__lt=_today()).order_by("id")
    ids = list(over.locked().values_list("id", flat=True))
    WaitlistEntry.objects.filter(pk__in=ids).update(status=Status.EXPIRED, updated_at=clock.now())
    trail.changed_alike(WaitlistEntry, ids, status=(Status.WAITING, Status.EXPIRED))


@atomic
def _lapse(seen: WaitlistOffer) -> int:
    try:
        entry, offer = locked(seen.entry)
    except EntryChanged:
        return 0
    if offer is None or offer.expires_at > clock.now():  # answered, or lapsed for another reader
        return 0
    _pass_on(entry, offer, OfferStatus.LAPSED)
    return 1


def _pass_on(entry: WaitlistEntry, offer: WaitlistOffer, status: str) -> None:
    """Close the offer, let its patient wait on, and offer the time to the next."""
    now = clock.now()
    _close(offer, status)
    entry.take(Status.OFFERED, Status.WAITING, now)
    offers.offer_freed_time(offer.doctor, offer.interval, now)


def _close(offer: WaitlistOffer, status: str) -> None:
    if offer.hold:
        offer.hold.delete()
    WaitlistOffer.objects.filter(pk=offer.pk).update(status=status)
    trail.changed_to(offer, status=(offer.status, status))


def _check_wishes_of_patient(wishes: dict[str, Any]) -> None:
    """How urgent it is, and what is not booked online, the clinic decides. An offer that it made may be accepted."""
    policy.check_terms(priority=wishes.get("priority") or None)
    appointment_type = wishes.get("appointment_type")
    if appointment_type and not appointment_type.bookable_online:
        raise NotOnline


def _leave_some_for_others(patient: Patient) -> None:
    """What somebody waits for may be theirs at any time, and counts with the visits that they have to come already."""
    if not (most := settings.PATIENT_FUTURE_VISITS):
        return
    waits = WaitlistEntry.objects.filter(patient=patient, status__in=STANDING, latest__gte=_today()).count()
    if waits + policy.visits_ahead(patient, clock.now()) >= most:
        raise TooManyVisits(most)


def _filled(entry: WaitlistEntry, wishes: dict[str, Any]) -> WaitlistEntry:
    for name, value in wishes.items():
        setattr(entry, name, value)
    entry.weekdays = sorted(set(entry.weekdays))
    return entry


def _the_same(entry: WaitlistEntry) -> WaitlistEntry | None:
    """What the patient waits for already, and is all that ``entry`` says."""
    standing = WaitlistEntry.objects.filter(patient=entry.patient, status__in=STANDING).order_by("id")
    wished = [getattr(entry, name) for name in WISHES]
    return next((other for other in standing if [getattr(other, name) for name in WISHES] == wished), None)


def _save(entry: WaitlistEntry, wishes: dict[str, Any]) -> None:
    if "latest" in wishes and entry.latest < _today():
        raise LatestIsOver
    with judged(VERDICTS):
        entry.save()


def _today() -> date:
    """The earliest date that a clock on a wall of ours shows."""
    now: datetime = clock.now()
    return min(location.local(now).date() for location in Location.objects.all())
