"""A visit, or a hold, that somebody would like to have, and what rules ask about it: read once, when the first asks.

`policy` judges it, and `settling` and `holds` make of it what it proposes, under the locks that `services` tells of.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from appointments import availability, occupancy
from appointments.availability import OpenHours
from appointments.models import Appointment, Hold
from appointments.models.overlap import edges, overlapping
from appointments.occupancy import Buffers, NotCounted, Taken
from clinics.models import AppointmentType, Location, Room
from clinics.models.rooms import RoomQuerySet
from common.prepared import Prepared
from common.together import ask
from doctors.models import Doctor
from patients.models import Patient
from scheduling.intervals import Interval

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
    def is_new(self) -> bool:
        """Whether it is to be on the calendar anew: booked, or put back after it was cancelled or missed.

        What moves is there already, and undo leads back to what was.
        """
        return self.moving is None or not (self.moving.blocks or self.location_again)

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
        return self.rooms_anywhere.filter(location=self.location)

    @property
    def rooms_anywhere(self) -> RoomQuerySet:
        """The rooms that would do where they are, of a visit that needs one."""
        rooms = Room.objects.active()
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
