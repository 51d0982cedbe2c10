"""A time that is free again is offered to whoever waits for it longest and most urgently.

Everything happens in the transaction that freed the time, under the lock of the doctor's row: the offer is a hold, so
nobody takes the time in between. A time is offered to a patient once.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from appointments import holds
from appointments.finding import Search, Slot, find_slots
from appointments.models import Appointment, WaitlistEntry, WaitlistOffer
from common.errors import Refused
from doctors.models import Doctor
from scheduling.intervals import DAY, MINUTE, Interval

# Offers may start off the doctor's grid, as bookings by staff may.
STEP_MINUTES = 5
# How many who wait are considered for a time, and how many starts for one of them: a bound on the work of a cancel.
MOST_CONSIDERED = 20
MOST_STARTS = 100
# How far ahead newly opened hours are searched.
LOOK_AHEAD = 62 * DAY


def offer_freed_time(doctor: Doctor, freed: Interval, now: datetime) -> list[WaitlistOffer]:
    """Offer a stretch of time that a visit has given back, to one patient or, if it is long, to several."""
    if freed.end <= now:
        return []
    return _offer(doctor, freed, now, whole=False)


def offer_open_time(doctor: Doctor, now: datetime) -> list[WaitlistOffer]:
    """Offer what a change of hours or exceptions has opened to those who wait."""
    return _offer(doctor, Interval(now, now + LOOK_AHEAD), now, whole=True)


def _offer(doctor: Doctor, span: Interval, now: datetime, *, whole: bool) -> list[WaitlistOffer]:
    """Go through those who wait, by rank. ``whole``: visits lie in the span; else they touch it."""
    offers = []
    for entry in _candidates(doctor, span):
        for slot in _slots_for(entry, doctor, span, now, whole=whole):
            if offer := _try(entry, slot, now):
                offers.append(offer)
                break
    return offers


def _candidates(doctor: Doctor, span: Interval) -> list[WaitlistEntry]:
    """Those who may want it, by rank; dates are compared exactly only with each slot's own local day."""
    days = {"earliest__lte": (span.end + DAY).date(), "latest__gte": (span.start - DAY).date()}
    waiting = WaitlistEntry.objects.waiting().could_see(doctor).filter(patient__active=True, **days).by_rank()
    return list(waiting.select_related("patient", "appointment_type", "location")[:MOST_CONSIDERED])


def _slots_for(
    entry: WaitlistEntry, doctor: Doctor, span: Interval, now: datetime, *, whole: bool
) -> Iterator[Slot]:
    kind = entry.appointment_type
    minutes = kind.duration_minutes if kind else doctor.default_duration_minutes
    reach = timedelta(0) if whole else (minutes - 1) * MINUTE
    offered = set(entry.offers.filter(doctor=doctor).values_list("start", flat=True))
    search = Search(
        [doctor],
        since=max(span.start - reach, now),
        until=span.end + reach,
        now=now,
        limit=MOST_STARTS,
        minutes=minutes,
        step=STEP_MINUTES,
        location=entry.location,
        appointment_type=kind,
        weekdays=frozenset(entry.weekdays),
        part_of_day=entry.part_of_day,
    )
    for slot in find_slots(search):
        if slot.start in offered or not entry.wants(slot.location.local(slot.start).date()):
            continue
        visit = Interval(slot.start, slot.end)
        if not Appointment.objects.blocking().overlapping(visit).filter(patient=entry.patient).exists():
            yield slot


def _try(entry: WaitlistEntry, slot: Slot, now: datetime) -> WaitlistOffer | None:
    lasting = min(timedelta(minutes=settings.WAITLIST_OFFER_MINUTES), slot.start - now)
    try:
        kept, _ = holds.hold(
            doctor=slot.doctor,
            start=slot.start,
            appointment_type=entry.appointment_type,
            duration_minutes=Interval(slot.start, slot.end).minutes,
            patient=entry.patient,
            lasting=lasting,
        )
    except Refused:  # not offered by this doctor, for one: the next who waits may have it
        return None
    entry.status = WaitlistEntry.Status.OFFERED
    entry.save(update_fields=["status", "updated_at"])
    return WaitlistOffer.objects.create(
        entry=entry,
        hold=kept,
        doctor=slot.doctor,
        location=slot.location,
        start=slot.start,
        end=slot.end,
        offered_at=now,
        expires_at=kept.expires_at,
    )
