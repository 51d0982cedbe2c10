"""What all dates of a series ask about, read once: a fixed number of queries, however many dates there are."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from appointments import occupancy
from appointments.availability import OpenHours
from appointments.models import Appointment
from appointments.occupancy import REACH, Taken
from appointments.proposal import Around, Proposal
from clinics.models import AppointmentType, Room
from clinics.models.rooms import RoomQuerySet
from doctors.models import Doctor
from patients.models import Patient
from scheduling.intervals import DAY, Interval


@dataclass(frozen=True, slots=True)
class Terms:
    """What the series asks for on every date. ``minutes`` is how long each visit takes."""

    patient: Patient
    doctor: Doctor
    appointment_type: AppointmentType | None
    minutes: int
    room: Room | None
    now: datetime

    @property
    def rooms(self) -> RoomQuerySet:
        """The rooms that would do, at any location."""
        kind = self.appointment_type.room_kind if self.appointment_type else ""
        if not (kind or self.room):
            return Room.objects.none()
        rooms = Room.objects.active().order_by("id")
        rooms = rooms.of_kind(kind) if kind else rooms
        return rooms.filter(pk=self.room.pk) if self.room else rooms


class Calendar:
    """Stretches that are taken, in order. None is longer than a day: no visit is."""

    def __init__(self, taken: Iterable[Taken] = ()) -> None:
        self._taken = sorted(taken, key=_start)

    def add(self, taken: Taken) -> None:
        insort(self._taken, taken, key=_start)

    def overlapping(self, interval: Interval) -> list[Taken]:
        first = bisect_left(self._taken, interval.start - DAY, key=_start)
        last = bisect_left(self._taken, interval.end, key=_start)
        return [taken for taken in self._taken[first:last] if taken.interval.overlaps(interval)]


class Facts:
    """Hours and calendars of everybody in a series within ``span``. The caller has locked them, or only asks."""

    def __init__(self, terms: Terms, span: Interval) -> None:
        self.terms = terms
        now, doctor = terms.now, terms.doctor
        self.hours = OpenHours([doctor], span)
        self.of_doctor = Calendar(occupancy.of_doctors([doctor.pk], span, now=now)[doctor.pk])
        visits = Appointment.objects.blocking().of_person(terms.patient.pk).overlapping(span).order_by()
        self.of_patient = Calendar(Taken(Interval(*edges)) for edges in visits.values_list("start", "end"))
        self.rooms: dict[int, list[Room]] = defaultdict(list)
        for room in terms.rooms:
            self.rooms[room.location_id].append(room)
        ids = [room.pk for rooms in self.rooms.values() for room in rooms]
        taken = occupancy.of_rooms(ids, span, now=now) if ids else {}
        self.of_rooms = {room: Calendar(taken.get(room, ())) for room in ids}
        self.offered = Proposal(doctor, span, now, appointment_type=terms.appointment_type).offered

    def proposed(self, interval: Interval) -> "OneOfMany":
        terms = self.terms
        return OneOfMany(
            doctor=terms.doctor,
            interval=interval,
            now=terms.now,
            patient=terms.patient,
            appointment_type=terms.appointment_type,
            room_wanted=terms.room,
            facts=self,
        )

    def note(self, visit: "OneOfMany") -> None:
        """Count a visit of the series as taken from here on: the visits of a series do not overlap each other."""
        taken = Taken(visit.interval, visit.buffers)
        self.of_doctor.add(taken)
        self.of_patient.add(taken)
        if visit.room:
            self.of_rooms[visit.room.pk].add(taken)


@dataclass
class OneOfMany(Proposal):
    """A proposal that asks `Facts` instead of the database."""

    facts: Facts = field(kw_only=True)

    @cached_property
    def around(self) -> Around:
        facts = self.facts
        return Around(
            facts.hours,
            facts.of_doctor.overlapping(self.interval.widened(REACH)),
            patient_is_elsewhere=bool(facts.of_patient.overlapping(self.interval)),
        )

    @cached_property
    def offered(self) -> bool:
        return self.facts.offered

    @cached_property
    def candidate_rooms(self) -> list[Room]:
        return self.facts.rooms.get(self.location.pk, []) if self.location else []

    @cached_property
    def rooms_taken(self) -> dict[int, list[Taken]]:
        return {room.pk: self.facts.of_rooms[room.pk].overlapping(self.interval) for room in self.candidate_rooms}


def _start(taken: Taken) -> datetime:
    return taken.interval.start
