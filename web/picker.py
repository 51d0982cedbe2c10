"""Choosing a time: the free slots of a few days, by day, with the first one chosen already."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from appointments import policy
from appointments.finding import Search, Slot, find_slots
from clinics.instants import YEARS
from clinics.models import AppointmentType, Location
from common import clock
from doctors.models import Doctor
from scheduling.hours import start_of_day
from scheduling.intervals import DAY

DAYS = 7
# How far a search for the first free time goes where the type has no horizon, and the most that one page lists.
LOOK_AHEAD_DAYS = 120
MOST_LISTED = 5000
TIME_IN_A_VALUE = "%Y%m%dT%H%MZ"


def value_of(doctor: int, start: datetime) -> str:
    """A slot as a form sends it: the doctor's id and the start in UTC, 7-20260302T0900Z."""
    return f"{doctor}-{start.astimezone(UTC):{TIME_IN_A_VALUE}}"


def read_value(text: str) -> tuple[int, datetime] | None:
    """The doctor's id and the start that a form has sent, None if it is no such thing."""
    doctor, _, start = text.partition("-")
    try:
        chosen = int(doctor), datetime.strptime(start, TIME_IN_A_VALUE).replace(tzinfo=UTC)
    except ValueError:
        return None
    return chosen if chosen[1].year in YEARS else None


@dataclass
class Wish:
    """What somebody looks for: a type or a length, the doctors who would do, and the place."""

    doctors: Sequence[Doctor]
    location: Location | None
    kind: AppointmentType | None = None
    minutes: int | None = None

    def search(self, since: date | datetime, until: date | datetime, limit: int) -> list[Slot]:
        """The free times, earliest first; where several doctors are free, of the one that the engine puts first."""
        if not self.doctors:
            return []
        return find_slots(
            Search(
                self.doctors,
                since=since,
                until=until,
                now=clock.now(),
                limit=limit,
                minutes=self.minutes,
                location=self.location,
                appointment_type=self.kind,
                once=True,
            )
        )

    def offers(self, doctor: int, start: datetime) -> Slot | None:
        """The slot that begins then, if it is on the list: what is not listed is not chosen either."""
        alone = replace(self, doctors=[one for one in self.doctors if one.pk == doctor])
        on_that_day = alone.search(start - timedelta(minutes=1), start + DAY + DAY, MOST_LISTED)
        return next((slot for slot in on_that_day if slot.start == start), None)


@dataclass
class Choice:
    """A time to choose, as a radio button."""

    value: str
    slot: Slot


@dataclass
class Day:
    """A local day and its free times; the page shows those of an open one."""

    day: datetime
    choices: list[Choice] = field(default_factory=list)
    is_open: bool = False


@dataclass
class Picker:
    """A page of free times. ``earlier`` and ``later`` are the first days of the pages beside it, None at the ends.

    The times up to ``final_until`` can be taken, but are then neither moved nor cancelled online; None: all can be.
    """

    days: list[Day]
    preselected: str
    earlier: date | None = None
    later: date | None = None
    final_until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not self.days


def pick(wish: Wish, since: date | None, *, zone_of: Location, own: Slot | None = None) -> Picker:
    """The page that begins on ``since``, or with the first free day; ``own`` is what the visitor holds already."""
    now = clock.now()
    today = zone_of.local(now).date()
    since = max(since, today) if since else None
    if since is None or since > today + timedelta(days=LOOK_AHEAD_DAYS):
        first = wish.search(today, today + timedelta(days=LOOK_AHEAD_DAYS), 1)
        starts = [zone_of.local(slot.start).date() for slot in (*first, *([own] if own else []))]
        since = min(starts, default=None)
    if since is None:
        return Picker([], "")
    until = since + timedelta(days=DAYS)
    # A day further: a visit that begins on the last one may go on after midnight.
    slots = [slot for slot in wish.search(since, until, MOST_LISTED) if zone_of.local(slot.start).date() < until]
    if own and since <= zone_of.local(own.start).date() < until:
        slots = sorted([*slots, own], key=lambda slot: (slot.start, slot is not own))
    beyond = wish.search(until, today + timedelta(days=LOOK_AHEAD_DAYS), 1)
    days = _by_day(slots, zone_of)
    chosen = value_of(own.doctor.pk, own.start) if own and own in slots else days[0].choices[0].value if days else ""
    for day in days:
        day.is_open = any(choice.value == chosen for choice in day.choices)
    final = [slot.start for slot in slots if policy.is_past_cut_off(zone_of, slot.start, now)]
    return Picker(
        days=days,
        preselected=chosen,
        earlier=max(since - timedelta(days=DAYS), today) if since > today else None,
        later=zone_of.local(beyond[0].start).date() if beyond else None,
        final_until=max(final, default=None),
    )


def _by_day(slots: list[Slot], place: Location) -> list[Day]:
    """A button a time: where several doctors are free, the first of them is the one that the list puts first."""
    days: dict[date, Day] = {}
    seen: set[datetime] = set()
    for slot in slots:
        if slot.start in seen:
            continue
        seen.add(slot.start)
        day = place.local(slot.start).date()
        midnight = start_of_day(day, place.zone)
        days.setdefault(day, Day(midnight)).choices.append(Choice(value_of(slot.doctor.pk, slot.start), slot))
    return list(days.values())
