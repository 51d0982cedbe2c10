"""What the demo's visits are for and where they take place: their types and rooms."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from random import Random

from appointments import services
from appointments.demo.premises import PROCEDURE
from appointments.demo.visits import Diary
from appointments.finding import Search, find_slots
from appointments.lifecycle import blocks
from appointments.models import Appointment
from clinics.models import AppointmentType, Room
from doctors.models import Doctor
from scheduling.intervals import MINUTE, Interval

MOST_SLOTS = 10_000


class Offer:
    """Gives most visits a type, and those whose type needs a room the first one that is free."""

    def __init__(self, doctors: Iterable[Doctor], around: Interval) -> None:
        ids = [doctor.pk for doctor in doctors]
        self._kinds: dict[int, list[AppointmentType]] = defaultdict(list)
        # Slots lie side by side: types that need time between visits are booked one by one.
        for kind in AppointmentType.objects.active().filter(buffer_before_minutes=0, buffer_after_minutes=0):
            for doctor in Doctor.objects.offering(kind).filter(pk__in=ids).values_list("pk", flat=True):
                self._kinds[doctor].append(kind)
        self._rooms = list(Room.objects.active().order_by("id"))
        self._taken: dict[int, list[Interval]] = defaultdict(list)
        visits = Appointment.objects.blocking().overlapping(around).exclude(room=None).order_by()
        for room, start, end in visits.values_list("room", "start", "end"):
            self._taken[room].append(Interval(start, end))

    def settle(self, rng: Random, visit: Appointment) -> None:
        """Give an unsaved visit its type and its room, if there is one of its length."""
        fitting = [kind for kind in self._kinds[visit.doctor_id] if kind.duration_minutes == visit.duration_minutes]
        if not fitting or rng.random() < 0.25:
            return
        kind = rng.choice(fitting)
        if kind.room_kind:
            visit.room = self._free_room(kind.room_kind, visit)
            if visit.room is None:
                return
            if blocks(visit.status):
                self._taken[visit.room.pk].append(visit.interval)
        visit.appointment_type = kind

    def _free_room(self, kind: str, visit: Appointment) -> Room | None:
        for room in self._rooms:
            suits = room.location_id == visit.location_id and room.kind.casefold() == kind.casefold()
            if suits and not any(taken.overlaps(visit.interval) for taken in self._taken[room.pk]):
                return room
        return None


def book_procedures(diary: Diary, doctors: Iterable[Doctor]) -> int:
    """One minor procedure on each of the days that are still empty, with its buffers; return how many."""
    kind = AppointmentType.objects.active().filter(name__iexact=PROCEDURE).first()
    if kind is None or not diary.days:
        return 0
    ids = [doctor.pk for doctor in doctors if doctor.active]
    able = list(Doctor.objects.offering(kind).filter(pk__in=ids).order_by("id"))
    # Notice counts from the moment of booking, which is a little later than the loading began.
    later = diary.now + 60 * MINUTE
    search = Search(
        able, since=min(diary.days), until=max(diary.days), now=later, limit=MOST_SLOTS, appointment_type=kind
    )
    booked = 0
    for day, slots in groupby(find_slots(search), key=lambda slot: slot.location.local(slot.start).date()):
        slot = next(slots)
        patients = diary.candidates(slot, slot.end)
        if day in diary.days and patients:
            patient = Random(f"{day} {PROCEDURE}").choice(patients)  # noqa: S311 - made up, the same every time
            services.book(
                patient=patient, doctor=slot.doctor, start=slot.start, appointment_type=kind, actor=diary.desk
            )
            diary.note(patient.pk, [day])
            booked += 1
    return booked
