"""What is in the database at the end, by plain SQL: visits and their history, holds, who waits, hours, the trail."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.serving.database import Database

FREE = frozenset({"cancelled", "no_show"})


@dataclass(frozen=True)
class Place:
    """Whose time a visit takes, and which: minutes since the epoch, half-open."""

    doctor: int
    room: int | None
    start: int
    end: int

    def meets(self, start: int, end: int) -> bool:
        return self.start < end and start < self.end


@dataclass(frozen=True)
class Visit:
    id: int
    patient: int
    status: str
    place: Place
    version: int
    scan: bool

    @property
    def blocks(self) -> bool:
        return self.status not in FREE


@dataclass(frozen=True)
class Change:
    """A line of history. ``before`` is None and ``from_status`` empty of a booking."""

    id: int
    visit: int
    action: str
    mark: str
    from_status: str
    status: str
    before: Place | None
    place: Place
    overrode: bool


@dataclass(frozen=True)
class Held:
    id: int
    doctor: int
    start: int
    end: int


@dataclass(frozen=True)
class Entry:
    id: int
    patient: int
    status: str
    visit: int | None


@dataclass(frozen=True)
class Offer:
    """``offered`` and ``expires`` are seconds since the epoch."""

    id: int
    entry: int
    doctor: int
    hold: int | None
    start: int
    end: int
    offered: float
    expires: float
    status: str


@dataclass(frozen=True)
class Exceptional:
    id: int
    mark: str


@dataclass(frozen=True)
class Told:
    """A row of the audit trail. ``changes`` are as it has them: kind, id, and each field before and after."""

    id: int
    request: str
    action: str
    outcome: str
    by_system: bool
    objects: frozenset[int]
    patients: frozenset[int]
    changes: list[dict[str, Any]]


@dataclass
class Facts:
    """Everything that one run's doctors and patients have to do with."""

    visits: dict[int, Visit]
    changes: dict[int, list[Change]]
    holds: dict[int, Held]
    entries: dict[int, Entry]
    offers: list[Offer]
    exceptions: list[Exceptional]
    weeks: dict[int, set[tuple[int, int, int]]]
    trail: list[Told]
    deadlocks: int


def gather(database: Database, doctors: Sequence[int], run: str) -> Facts:
    """Read what there is of these doctors, and what the trail tells of requests whose id begins with ``run``."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        return database.rows(query.replace("{doctors}", ",".join("?" * len(doctors))), *doctors)

    visits = {}
    for row in rows(
        'SELECT id, patient_id, status, doctor_id, room_id, start, "end", version, appointment_type_id '
        "FROM appointments_appointment WHERE doctor_id IN ({doctors})"
    ):
        visits[row[0]] = Visit(row[0], row[1], row[2], _place(*row[3:7]), row[7], row[8] is not None)
    changes: dict[int, list[Change]] = {visit: [] for visit in visits}
    for row in rows(
        "SELECT line.id, appointment_id, action, reason, from_status, to_status, from_doctor_id, from_room_id, "
        "from_start, from_end, to_doctor_id, to_room_id, to_start, to_end, overrode "
        "FROM appointments_appointmentchange AS line JOIN appointments_appointment AS visit "
        "ON visit.id = line.appointment_id WHERE visit.doctor_id IN ({doctors}) ORDER BY line.id"
    ):
        before = _place(*row[6:10]) if row[6] else None
        facts = (*row[:6], before, _place(*row[10:14]), row[14] not in ("[]", []))
        changes[row[1]].append(Change(*facts))
    holds = rows('SELECT id, doctor_id, start, "end" FROM appointments_hold WHERE doctor_id IN ({doctors})')
    entries = rows(
        "SELECT id, patient_id, status, appointment_id FROM appointments_waitlistentry WHERE doctor_id IN ({doctors})"
    )
    offers = rows(
        'SELECT id, entry_id, doctor_id, hold_id, start, "end", offered_at, expires_at, status '
        "FROM appointments_waitlistoffer WHERE doctor_id IN ({doctors}) ORDER BY id"
    )
    weeks: dict[int, set[tuple[int, int, int]]] = {doctor: set() for doctor in doctors}
    for doctor, weekday, start, end in rows(
        'SELECT doctor_id, weekday, start, "end" FROM doctors_weeklyhours WHERE doctor_id IN ({doctors})'
    ):
        weeks[doctor].add((weekday, _minute_of_day(start), _minute_of_day(end)))
    exceptions = rows("SELECT id, reason FROM doctors_availabilityexception WHERE doctor_id IN ({doctors})")
    return Facts(
        visits=visits,
        changes=changes,
        holds={row[0]: Held(row[0], row[1], _minute(row[2]), _minute(row[3])) for row in holds},
        entries={row[0]: Entry(*row) for row in entries},
        offers=[
            # As many as it has fields, which mypy cannot count.
            Offer(*row[:4], _minute(row[4]), _minute(row[5]), _seconds(row[6]), _seconds(row[7]), row[8])  # type: ignore[call-arg]
            for row in offers
        ],
        exceptions=[Exceptional(*row) for row in exceptions],
        weeks=weeks,
        trail=_trail(database, run),
        deadlocks=database.deadlocks(),
    )


def _trail(database: Database, run: str) -> list[Told]:
    found = database.rows(
        "SELECT id, request_id, action, outcome, actor, object_ids, patient_ids, changes "
        "FROM audit_auditevent WHERE request_id LIKE ? ORDER BY id",
        f"{run}%",
    )
    return [
        # As many as it has fields, here too.
        Told(*row[:4], row[4] is None, *(frozenset(_parsed(ids)) for ids in row[5:7]), _parsed(row[7]))  # type: ignore[call-arg]
        for row in found
    ]


def _parsed(value: Any) -> Any:
    """A column of JSON; SQLite has texts."""
    return json.loads(value) if isinstance(value, str) else value


def _place(doctor: int, room: int | None, start: Any, end: Any) -> Place:
    return Place(doctor, room, _minute(start), _minute(end))


def _minute(instant: Any) -> int:
    return int(_seconds(instant)) // 60


def _seconds(instant: Any) -> float:
    """Seconds since the epoch; SQLite has texts in UTC."""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    seconds: float = instant.timestamp()
    return seconds


def _minute_of_day(time: Any) -> int:
    hours, minutes = str(time).split(":")[:2]
    return int(hours) * 60 + int(minutes)
