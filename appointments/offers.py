"""A time that is free again is offered to whoever waits for it most urgently, and of those, longest.

Everything happens in the transaction that freed the time, under the lock of the doctor's row: the offer is a hold, so
nobody takes the time in between. Nobody is offered the same time of a doctor twice, nor what they have just given back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

from django.conf import settings

from appointments import holds
from appointments.finding import PARTS_OF_DAY, Search, Slot, find_slots
from appointments.lengths import usual_minutes
from appointments.lifecycle import BLOCKING
from appointments.models import Appointment, AppointmentChange, WaitlistEntry, WaitlistOffer
from appointments.occupancy import Buffers, Taken
from common import trail
from common.errors import Refused
from common.transactions import atomic
from doctors.models import Doctor
from scheduling.intervals import DAY, MINUTE, Interval

# Bounds on the work of one change, beyond what a clinic has: who is considered, and how many offers are made.
MOST_CONSIDERED = 500
MOST_OFFERS = 100
MOST_SLOTS = 10_000
# How many times are tried for one patient: a time that was found can be refused only where a room has just gone.
MOST_TRIED = 5
# Starts beside the freed visit's own edges are round ones.
ROUND_MINUTES = 5


def offer_freed_time(doctor: Doctor, freed: Interval, now: datetime) -> list[WaitlistOffer]:
    """Offer what a visit has given back: to one patient or, if it is long, to several, as near its start as can be."""
    return _Freed(doctor, [freed], now).offered()


def offer_opened_time(doctor: Doctor, opened: Sequence[Interval], now: datetime) -> list[WaitlistOffer]:
    """Offer what new hours have opened, on the doctor's grid, the earliest first."""
    return _Opened(doctor, opened, now).offered()


class _Offering:
    """Stretches of a doctor's time, in order, for those who wait. Reads little where few wait: one query if nobody."""

    step: int | None  # of the starts that are considered, in minutes; None: the doctor's grid

    def __init__(self, doctor: Doctor, free: Sequence[Interval], now: datetime) -> None:
        self.doctor, self.now = doctor, now
        self.free = [stretch for stretch in free if stretch.end > now]
        self._made: list[Taken] = []

    def chosen(self, slots: list[Slot]) -> list[Slot]:
        """Those worth offering, the best first."""
        raise NotImplementedError

    def offered(self) -> list[WaitlistOffer]:
        """Go through those who wait, by rank, and offer each the best time that suits."""
        made: list[WaitlistOffer] = []
        if self.free and self.doctor.active:
            for entry in self._waiting:
                if len(made) < MOST_OFFERS and (offer := self._offer(entry)):
                    made.append(offer)
                    self._made.append(Taken(offer.interval, Buffers.of(entry.appointment_type)))
        return made

    @property
    def span(self) -> Interval:
        return self.free[0].hull(self.free[-1])

    @cached_property
    def _waiting(self) -> list[WaitlistEntry]:
        """Those who may want it, by rank; dates are compared exactly with each slot's own local day."""
        days = {"earliest__lte": (self.span.end + DAY).date(), "latest__gte": (self.span.start - DAY).date()}
        waiting = WaitlistEntry.objects.waiting().could_see(self.doctor).filter(patient__active=True, **days).by_rank()
        found = list(waiting.select_related("patient", "appointment_type", "location")[:MOST_CONSIDERED])
        kinds = {entry.appointment_type for entry in found if entry.appointment_type}
        given = {kind for kind in kinds if Doctor.objects.offering(kind).filter(pk=self.doctor.pk).exists()}
        return [entry for entry in found if entry.appointment_type is None or entry.appointment_type in given]

    @cached_property
    def _seen(self) -> dict[int, list[Interval]]:
        """The doctor's times that the patient was offered, for any entry, while the entry was waiting, by entry."""
        offers = WaitlistOffer.objects.filter(entry__patient__in=self._patients, doctor=self.doctor)
        return self._since_they_wait(offers.values_list("entry__patient", "offered_at", "start", "end"))

    @cached_property
    def _patients(self) -> set[int]:
        return {entry.patient_id for entry in self._waiting}

    def _since_they_wait(self, told: Iterable[tuple[int, datetime, Any, Any]]) -> dict[int, list[Interval]]:
        """Of times with their patient and the instant of what was told about them, those that concern each entry."""
        of_patients: dict[int, list[tuple[datetime, Interval]]] = defaultdict(list)
        for patient, at, start, end in told:
            of_patients[patient].append((at, Interval(start, end)))
        return {
            entry.pk: [stretch for at, stretch in of_patients[entry.patient_id] if at >= entry.created_at]
            for entry in self._waiting
        }

    @cached_property
    def _given_back(self) -> dict[int, list[Interval]]:
        """The doctor's times that the patient had, and gave back while the entry was waiting, by entry."""
        return defaultdict(list)

    @cached_property
    def _busy(self) -> dict[int, list[Interval]]:
        """Visits of those who wait, wherever they are, by patient; also what stayed with a record that was merged."""
        busy: dict[int, list[Interval]] = defaultdict(list)
        visits = Appointment.objects.blocking().overlapping(self.span.widened(DAY))
        visits = visits.of_people(self._patients).order_by()
        for record, merged_into, start, end in visits.values_list("patient", "patient__merged_into", "start", "end"):
            busy[merged_into or record].append(Interval(start, end))
        return busy

    @cached_property
    def _slots(self) -> dict[tuple[int | None, int | None], list[Slot]]:
        return {}

    def _slots_for(self, entry: WaitlistEntry) -> list[Slot]:
        """What is free for a visit of that type at that place, for all who look for the same."""
        key = (entry.appointment_type_id, entry.location_id)
        if key not in self._slots:
            minutes = usual_minutes(self.doctor, entry.appointment_type)
            reach = (minutes - 1) * MINUTE
            search = Search(
                [self.doctor],
                since=max(self.span.start - reach, self.now),
                until=self.span.end + reach,
                now=self.now,
                limit=MOST_SLOTS,
                minutes=minutes,
                step=self.step,
                location=entry.location,
                appointment_type=entry.appointment_type,
            )
            self._slots[key] = self.chosen(find_slots(search))
        return self._slots[key]

    def _suitable(self, entry: WaitlistEntry) -> Iterator[Slot]:
        """Free times that the entry asks for, in which the patient has nothing else."""
        buffers = Buffers.of(entry.appointment_type)
        for slot in self._slots_for(entry):
            visit = Interval(slot.start, slot.end)
            elsewhere = (*self._seen[entry.pk], *self._busy[entry.patient_id])
            if (
                _wanted(entry, slot)
                and any(visit.overlaps(stretch) for stretch in self.free)
                and not any(visit.overlaps(other) for other in elsewhere)
                and not any(visit.overlaps(taken.kept_from(buffers)) for taken in self._made)
                and not any(visit.overlaps(given_back) for given_back in self._given_back[entry.pk])
            ):
                yield slot

    def _offer(self, entry: WaitlistEntry) -> WaitlistOffer | None:
        slots = list(islice(self._suitable(entry), MOST_TRIED))
        return self._first_of(slots, entry) if slots else None

    @atomic
    def _first_of(self, slots: list[Slot], entry: WaitlistEntry) -> WaitlistOffer | None:
        if not entry.take(WaitlistEntry.Status.WAITING, WaitlistEntry.Status.OFFERED, self.now):
            return None  # offered another doctor's time a moment ago, or gone
        for slot in slots:
            try:
                return self._keep(entry, slot)
            except Refused:
                continue
        entry.take(WaitlistEntry.Status.OFFERED, WaitlistEntry.Status.WAITING, self.now)
        return None

    def _keep(self, entry: WaitlistEntry, slot: Slot) -> WaitlistOffer:
        kept, _ = holds.hold(
            doctor=self.doctor,
            start=slot.start,
            appointment_type=entry.appointment_type,
            duration_minutes=Interval(slot.start, slot.end).minutes,
            patient=entry.patient,
            lasting=min(timedelta(minutes=settings.WAITLIST_OFFER_MINUTES), slot.start - self.now),
        )
        offer = WaitlistOffer.objects.create(
            entry=entry,
            hold=kept,
            doctor=self.doctor,
            location=kept.location,
            start=kept.start,
            end=kept.end,
            offered_at=self.now,
            expires_at=kept.expires_at,
        )
        trail.created(offer, "entry", "doctor", "location", "start", "end", "expires_at", "status")
        return offer


class _Freed(_Offering):
    """A visit's time: it may have begun off the doctor's grid, and what follows may be longer or shorter."""

    step = 1

    def chosen(self, slots: list[Slot]) -> list[Slot]:
        [freed] = self.free
        fitting = [
            slot
            for slot in slots
            if slot.start.minute % ROUND_MINUTES == 0 or slot.start == freed.start or slot.end == freed.end
        ]
        return sorted(fitting, key=lambda slot: (abs(slot.start - freed.start), slot.start))

    @cached_property
    def _given_back(self) -> dict[int, list[Interval]]:
        had = AppointmentChange.objects.filter(
            appointment__patient__in=self._patients,
            from_doctor=self.doctor,
            from_status__in=BLOCKING,
            from_start__lt=self.span.end,
            from_end__gt=self.span.start,
        )
        return self._since_they_wait(had.values_list("appointment__patient", "at", "from_start", "from_end"))


class _Opened(_Offering):
    """New hours: there are starts enough on the grid."""

    step = None

    def chosen(self, slots: list[Slot]) -> list[Slot]:
        return slots


def _wanted(entry: WaitlistEntry, slot: Slot) -> bool:
    """Whether the start's local date, weekday and time of day are those that the patient waits for."""
    local = slot.location.local(slot.start)
    since, until = PARTS_OF_DAY.get(entry.part_of_day, (time(0), time(0)))
    on_the_day = entry.earliest <= local.date() <= entry.latest
    on_a_weekday = not entry.weekdays or local.weekday() in entry.weekdays
    return on_the_day and on_a_weekday and since <= local.time() and (until == time(0) or local.time() < until)
