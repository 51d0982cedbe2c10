"""Days full of visits, each with the story that led to its status. What is drawn depends on the day alone."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from accounts.models import User
from appointments.finding import Slot
from appointments.lifecycle import Status, blocks
from appointments.models import Appointment, AppointmentChange
from clinics.models import Location
from patients.models import Patient
from scheduling.intervals import DAY, MINUTE

Action = AppointmentChange.Action
Settle = Callable[[Random, Appointment], None]

NOTES = (
    "Needs a wheelchair.",
    "Bring earlier results.",
    "Prefers to be called, not written to.",
    "Needs an interpreter.",
    "Follow-up.",
)

# How a visit came to its status, from being scheduled on.
STORIES: dict[str, tuple[tuple[str, ...], ...]] = {
    Status.SCHEDULED: ((),),
    Status.CONFIRMED: ((Status.CONFIRMED,),),
    Status.CHECKED_IN: ((Status.CHECKED_IN,), (Status.CONFIRMED, Status.CHECKED_IN)),
    Status.IN_PROGRESS: ((Status.CONFIRMED, Status.CHECKED_IN, Status.IN_PROGRESS),),
    Status.COMPLETED: (
        (Status.CONFIRMED, Status.CHECKED_IN, Status.IN_PROGRESS, Status.COMPLETED),
        (Status.CHECKED_IN, Status.COMPLETED),
        (Status.COMPLETED,),
    ),
    Status.CANCELLED: ((Status.CANCELLED,), (Status.CONFIRMED, Status.CANCELLED)),
    Status.NO_SHOW: ((Status.NO_SHOW,), (Status.CONFIRMED, Status.NO_SHOW)),
}
REASONS = {
    Status.CANCELLED: ("Feels better.", "Cannot get away from work.", "Wants another day."),
    Status.NO_SHOW: ("Did not come, did not answer the phone.",),
}


@dataclass
class Diary:
    """Draws visits for slots on ``days``, those that are to be filled; ``settle`` gives them their types and rooms.

    ``seen`` are the ids of the patients with a visit on a local day: one a day is enough. ``now`` is a whole second.
    """

    patients: Sequence[Patient]
    now: datetime
    desk: User
    days: Collection[date] = ()
    seen: dict[date, set[int]] = field(default_factory=lambda: defaultdict(set))

    def note(self, patient_id: int, days: Iterable[date]) -> None:
        for day in days:
            self.seen[day].add(patient_id)

    def fill(
        self, day: date, slots: Sequence[Slot], settle: Settle
    ) -> Iterator[tuple[Appointment, list[AppointmentChange]]]:
        """Unsaved visits of one local ``day``, with their histories. ``slots`` are one doctor's free ones, in order."""
        rng = Random(f"{day} {slots[0].doctor.email}")  # noqa: S311 - made up, and the same every time
        load = self._load(day, slots[0].location)
        rest = list(slots)
        while rest:
            slot = rest.pop(0)
            end = slot.end
            if rest and rest[0].start == end and rest[0].location == slot.location and rng.random() < 0.1:
                end = rest.pop(0).end  # a visit of double length
            while rng.random() < load:  # a cancelled or missed visit leaves the time to another
                patients = self.candidates(slot, end)
                if not patients:
                    return
                appointment = self._visit(rng, slot, end, rng.choice(patients))
                settle(rng, appointment)
                yield appointment, list(self._history(rng, appointment))
                if blocks(appointment.status):
                    break

    def _load(self, day: date, place: Location) -> float:
        """The share of the slots that are booked: a busy past, a future that fills up."""
        ahead = (day - place.local(self.now).date()).days
        return 0.6 if ahead <= 0 else 0.6 - 0.025 * min(ahead, 16)

    def _visit(self, rng: Random, slot: Slot, end: datetime, patient: Patient) -> Appointment:
        local = slot.location.local
        self.note(patient.pk, (local(slot.start).date(), local(end).date()))
        return Appointment(
            patient=patient,
            doctor=slot.doctor,
            location=slot.location,
            start=slot.start,
            end=end,
            status=self._status(rng, slot.start, end),
            notes=rng.choice(NOTES) if rng.random() < 0.15 else "",
            created_by=self.desk,
        )

    def _status(self, rng: Random, start: datetime, end: datetime) -> str:
        if end <= self.now:
            return rng.choices((Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED), (84, 8, 8))[0]
        if start <= self.now:
            return Status.IN_PROGRESS
        if start <= self.now + 30 * MINUTE:
            return rng.choices((Status.CHECKED_IN, Status.CONFIRMED), (70, 30))[0]
        return rng.choices((Status.SCHEDULED, Status.CONFIRMED, Status.CANCELLED), (55, 35, 10))[0]

    def candidates(self, slot: Slot, end: datetime) -> list[Patient]:
        """Those who can have the slot; who has been deactivated since may have had one in the past."""
        seen = set().union(*(self.seen[slot.location.local(edge).date()] for edge in (slot.start, end)))
        past = slot.start <= self.now
        return [patient for patient in self.patients if patient.pk not in seen and (patient.active or past)]

    def _history(self, rng: Random, visit: Appointment) -> Iterator[AppointmentChange]:
        latest = min(visit.start, self.now)
        at = latest - timedelta(minutes=rng.randint(1 * 24 * 60, 30 * 24 * 60))
        yield self._change(visit, at, before="", status=Status.SCHEDULED)
        before: str = Status.SCHEDULED
        for status in rng.choice(STORIES[visit.status]):
            at = self._moment(rng, status, visit, at)
            reasons = REASONS.get(Status(status))
            reason = rng.choice(reasons) if reasons else ""
            yield self._change(visit, at, before=before, status=status, reason=reason)
            visit.version += 1
            before = status

    def _moment(self, rng: Random, status: str, visit: Appointment, after: datetime) -> datetime:
        """When a step was taken: after the one before it, and not later than now."""
        if status == Status.CHECKED_IN:
            at = visit.start - rng.randint(3, 20) * MINUTE
        elif status == Status.IN_PROGRESS:
            at = visit.start
        elif status in (Status.COMPLETED, Status.NO_SHOW):
            at = visit.end
        else:
            latest = min(visit.start, self.now)
            at = after + (latest - after) * rng.uniform(0.2, 0.9)
        return max(after, min(at, self.now).replace(microsecond=0))

    def _change(
        self, visit: Appointment, at: datetime, *, before: str, status: str, reason: str = ""
    ) -> AppointmentChange:
        booked = not before
        return AppointmentChange(
            appointment=visit,
            action=Action.BOOKED if booked else Action.STATUS,
            at=at,
            by=self.desk,
            reason=reason,
            from_status=before,
            from_start=None if booked else visit.start,
            from_end=None if booked else visit.end,
            from_doctor=None if booked else visit.doctor,
            from_location=None if booked else visit.location,
            to_status=status,
            to_start=visit.start,
            to_end=visit.end,
            to_doctor=visit.doctor,
            to_location=visit.location,
            from_room=None if booked else visit.room,
            to_room=visit.room,
        )


def days_around(today: date, days: int = 14) -> list[date]:
    """``days`` before, today, and as many after."""
    return [today + number * DAY for number in range(-days, days + 1)]
