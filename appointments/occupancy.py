"""What is taken: the visits that block and the holds that stand, of doctors and of rooms."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypedDict, Unpack

from django.db.models import Q, QuerySet

from appointments.models import Appointment, Hold
from appointments.models.overlap import edges, overlapping
from clinics.models import MOST_BUFFER_MINUTES, AppointmentType
from common.functions import EpochSeconds
from common.prepared import Prepared, Question
from common.together import ask
from scheduling.intervals import MINUTE, Interval

# The edges of a stretch, as instants or as seconds since 1970.
INSTANTS = ("start", "end")
SECONDS = (EpochSeconds("start"), EpochSeconds("end", ceil=True))
# How far a visit's buffers can reach beyond it.
REACH = MOST_BUFFER_MINUTES * MINUTE


@dataclass(frozen=True, slots=True)
class Buffers:
    """Minutes that a doctor needs before and after a visit."""

    before: int = 0
    after: int = 0

    @classmethod
    def of(cls, appointment_type: AppointmentType | None) -> "Buffers":
        if appointment_type is None:
            return cls()
        return cls(appointment_type.buffer_before_minutes, appointment_type.buffer_after_minutes)

    def kept_around(self, before: int, after: int) -> tuple[int, int]:
        """How many minutes a visit with these buffers keeps from the beginning and the end of one with those.

        Between two visits lies the larger of the earlier one's buffer after and the later one's buffer before.
        """
        return max(self.after, before), max(self.before, after)

    def kept_around_all(self, stretches: Iterable["Stretch"]) -> list[tuple[int, int]]:
        """The seconds since 1970, from and to, that a visit with these buffers must not touch. Made for thousands."""
        own, found = self.before or self.after, []
        for start, end, before, after in stretches:
            if own or before or after:  # hardly ever: and of thousands even asking how many takes long
                minutes_before, minutes_after = self.kept_around(before, after)
                found.append((start - 60 * minutes_before, end + 60 * minutes_after))
            else:
                found.append((start, end))
        return found


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch of a doctor's or a room's time that is not free: of a visit, or only ``held``."""

    interval: Interval
    buffers: Buffers = Buffers()
    held: bool = False

    def kept_from(self, buffers: Buffers) -> Interval:
        """The stretch that a visit with ``buffers`` must not touch."""
        before, after = buffers.kept_around(self.buffers.before, self.buffers.after)
        return Interval(self.interval.start - before * MINUTE, self.interval.end + after * MINUTE)


# An owner's id, the edges of a stretch, and its buffers before and after in minutes.
Row = tuple[int, Any, Any, int, int]
# A stretch of time as integers: its seconds since 1970, from and to, and its buffers before and after in minutes.
Stretch = tuple[int, int, int, int]


class NotCounted(TypedDict, total=False):
    """The ids of an appointment and of a hold that are in nobody's way. No id is 0."""

    appointment: int
    hold: int


def of_doctors(
    doctors: Collection[int], span: Interval, *, now: datetime, **but: Unpack[NotCounted]
) -> dict[int, list[Taken]]:
    """What is taken within the reach of ``span``, by doctor id; one query."""
    return taken(*ask(*questions_of_doctors(doctors, span, now=now, **but)))


def questions_of_doctors(
    doctors: Collection[int], span: Interval, *, now: datetime, **but: Unpack[NotCounted]
) -> tuple[Question, Question]:
    """What `of_doctors` asks, to be asked together with other things; `taken` reads the answers."""
    return questions("doctor", doctors, span.widened(REACH), now=now, **but)


def of_rooms(
    rooms: Collection[int], span: Interval, *, now: datetime, **but: Unpack[NotCounted]
) -> dict[int, list[Taken]]:
    """What is taken of rooms, by room id; one query. Buffers do not bind rooms."""
    return taken(*ask(*questions("room", rooms, span, now=now, **but)))


def stretches(key: str, owners: Collection[int], span: Interval, *, now: datetime) -> dict[int, list[Stretch]]:
    """What is taken within ``span`` and the reach of buffers, by the owner's id; one query, lean for many owners."""
    return by_owner(*ask(*questions_of_stretches(key, owners, span, now=now)))


def questions_of_stretches(
    key: str, owners: Collection[int], span: Interval, *, now: datetime
) -> tuple[Question, Question]:
    """What `stretches` asks, to be asked together with other things; `by_owner` reads the answers."""
    return questions(key, owners, span.widened(REACH), now=now, moments=SECONDS)


def by_owner(visits: Iterable[Row], holds: Iterable[Row]) -> dict[int, list[Stretch]]:
    """What the answers to `questions_of_stretches` say is taken, by the owner's id."""
    found: dict[int, list[Stretch]] = defaultdict(list)
    for rows in (visits, holds):
        for owner, start, end, before, after in rows:
            found[owner].append((start, end, before, after))
    return found


class Loads(dict[int, tuple[int, int]]):
    """By doctor id, how many visits the doctor has on a local day, and the id again: a key to sort by.

    ``first`` and ``last`` are the edges of the day, in seconds since 1970. Counted only for those who are asked about:
    of thousands of doctors few can begin a visit at the same time.
    """

    def __init__(self, taken: Mapping[int, list[Stretch]], first: float, last: float) -> None:
        super().__init__()
        self.taken, self.first, self.last = taken, first, last

    def __missing__(self, doctor: int) -> tuple[int, int]:
        visits = len([one for one in self.taken[doctor] if self.first <= one[0] < self.last])
        self[doctor] = visits, doctor
        return self[doctor]


def taken(visits: Iterable[Row], holds: Iterable[Row]) -> dict[int, list[Taken]]:
    """What the answers to `questions` say is taken, by the owner's id."""
    found: dict[int, list[Taken]] = defaultdict(list)
    for held, rows in enumerate((visits, holds)):
        for owner, start, end, before, after in rows:
            found[owner].append(Taken(Interval(start, end), Buffers(before, after), held=bool(held)))
    return found


def questions(
    key: str,
    owners: Collection[int],
    span: Interval,
    *,
    now: datetime,
    moments: tuple[Any, Any] = INSTANTS,
    **but: Unpack[NotCounted],
) -> tuple[Question, Question]:
    """Which visits block, and which holds stand, within ``span``: of the doctors or rooms with these ids."""
    visits, holds = _queries(key, moments)
    mine = {"owners": list(owners), **edges(span)}
    return visits.of(**mine, but=but.get("appointment", 0)), holds.of(**mine, but=but.get("hold", 0), now=now)


@cache
def _queries(key: str, moments: tuple[Any, Any]) -> tuple[Prepared, Prepared]:
    """Of the visits and of the holds of doctors or rooms: ``key`` is the field that names them."""
    columns = (f"{key}_id", *moments, "buffer_before_minutes", "buffer_after_minutes")

    def of(rows: QuerySet[Any], owners: Any, but: Any, near: Q) -> QuerySet[Any, Any]:
        mine = rows.filter(near, **{f"{key}__pk__among": owners})
        return mine.exclude(pk=but).order_by().values_list(*columns)

    return (
        Prepared(
            lambda owners, start, end, latest, but: of(
                Appointment.objects.blocking(), owners, but, overlapping(start, end, latest)
            )
        ),
        Prepared(
            lambda owners, start, end, latest, but, now: of(
                Hold.objects.standing(now), owners, but, overlapping(start, end, latest)
            )
        ),
    )
