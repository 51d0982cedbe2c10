"""Finding a time: the free slots of doctors, computed and never stored.

What is listed here, books: the same hours, occupancy, buffers, notice, horizon and rooms that `policy` asks about are
laid on one timeline, a bit a minute. The number of queries depends neither on doctors nor on visits, and on days only
where a search for a few slots has to look further than before: four times as far each time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from itertools import islice
from operator import or_
from typing import Generic, NamedTuple, TypeVar

from appointments import occupancy
from appointments.availability import OpenHours, questions
from appointments.free_rooms import FreeRooms
from appointments.lengths import usual_minutes
from appointments.occupancy import Buffers, Loads, Stretch
from clinics.models import AppointmentType, Location
from common.together import ask
from doctors.models import Doctor, Practitioner
from scheduling.hours import WeeklyWindow, midnight_bits, midnights, opened_minutes, start_of_day
from scheduling.intervals import DAY, MINUTE, Interval, Timeline, bits, first_bit
from scheduling.slots import fits, grid

LONGEST_DAY = timedelta(hours=26)  # a local one, Troll's
# The grid of a day is settled by that day and the one before.
GRID_LOOKS_BACK = timedelta(hours=51)
# A search for few slots looks here first, as the first available is mostly near; among many doctors it is nearer.
NEAR = timedelta(days=3)
NEAR_AMONG_MANY = timedelta(hours=12)
FURTHER = 4  # times as far as the last look, which did not find enough
MANY = 20  # doctors
A_WHILE = (1 << 2 * 60) - 1  # the mask of two hours: so many minutes are looked at together
INSTANT = timedelta(microseconds=1)  # the shortest there is
FEW = 20  # slots

Edge = datetime | date
PARTS_OF_DAY = {
    "morning": (time(0), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time(0)),
}


# A doctor, or what a search needs of one.
D = TypeVar("D", Doctor, Practitioner)


class SlotOf(NamedTuple, Generic[D]):
    """A start that can be booked. Instants are UTC."""

    start: datetime
    end: datetime
    doctor: D
    location: Location


Slot = SlotOf[Doctor]


@dataclass(frozen=True, slots=True)
class Search(Generic[D]):
    """What somebody looks for.

    ``since`` and ``until`` are instants, or local dates of which the whole day counts. ``minutes`` is the visit's
    length (default: the type's, or each doctor's own), ``step`` the grid's (default: the length). ``weekdays`` (Monday
    is 0) and ``part_of_day`` are about the start, in local time; with ``not_before_days`` nothing starts on a local day
    before that many from today. ``limit`` is how many slots are wanted at most; ``once`` lists one at each time. The
    doctors are those who offer the ``appointment_type``: nobody asks again.
    """

    doctors: Sequence[D]
    since: Edge
    until: Edge
    now: datetime
    limit: int
    minutes: int | None = None
    step: int | None = None
    location: Location | None = None
    appointment_type: AppointmentType | None = None
    part_of_day: str = ""
    weekdays: frozenset[int] = frozenset()
    not_before_days: int = 0
    once: bool = False

    def length(self, doctor: D) -> int:
        return self.minutes or usual_minutes(doctor, self.appointment_type)


def instant(edge: Edge, location: Location, *, day_after: bool = False) -> datetime:
    """The instant that an edge of a search means at a location: a bare date is its local day's beginning or end."""
    if isinstance(edge, datetime):
        return edge
    return start_of_day(edge + DAY if day_after else edge, location.zone)


def find_slots(search: Search[D]) -> list[SlotOf[D]]:
    """The first free slots, earliest first; at one time the doctor with the lighter day comes first, then the id.

    A search for a few looks at the next days first, and goes on from there only where they do not have enough.
    """
    left = _widest(search.since, search.until, search.now)
    if left is None or not search.doctors:
        return []
    many = len(search.doctors) >= MANY
    ahead = NEAR_AMONG_MANY if many else NEAR
    # Within two days a date has begun everywhere: half a day from here would lie before it. And then to its midnight.
    unsure = ((0 if isinstance(search.since, datetime) else 2) * DAY + LONGEST_DAY) if many else timedelta(0)
    found: list[SlotOf[D]] = []
    while search.limit <= FEW and (near := left.start + unsure + ahead) < left.end:
        look = _Timetable(search, Interval(left.start, near), ahead=ahead)
        found += islice(look.slots(), search.limit - len(found))
        # Beyond the last start lies nothing that could come before it.
        if len(found) == search.limit:
            return found
        left, ahead, unsure = Interval(look.end, left.end), ahead * FURTHER, timedelta(0)
    return found + list(islice(_Timetable(search, left).slots(), search.limit - len(found)))


class _Offer(NamedTuple, Generic[D]):
    """Where a doctor can begin a visit of this length: ``starts`` are the minutes of the timeline."""

    doctor: D
    place: Location
    length: timedelta
    starts: int


class _Timetable(Generic[D]):
    """Everything that a search needs, loaded once and laid on one timeline.

    With ``ahead`` only so much of ``everywhere`` is looked at, from where the search begins: slots start before `end`.
    """

    def __init__(self, search: Search[D], everywhere: Interval, *, ahead: timedelta | None = None) -> None:
        self.search: Search[D] = search
        self.lengths = {doctor.id: search.length(doctor) for doctor in search.doctors}
        longest = max(self.lengths.values()) * MINUTE
        self.timeline = Timeline.of_days(Interval(everywhere.start - GRID_LOOKS_BACK, everywhere.end + longest))
        taken: dict[int, list[Stretch]] | None = None
        if len(search.doctors) < MANY:
            self.hours, taken = self._hours_and_taken(everywhere, longest)
        else:
            self.hours = OpenHours(search.doctors, self.timeline.interval)
        self.places = [
            place
            for place in self.hours.locations.values()
            if search.location is None or place.id == search.location.id
        ]
        if ahead and self.places:
            begin = max(everywhere.start, min(instant(search.since, place) for place in self.places))
            everywhere = Interval(begin, min(self._midnight(begin + ahead / 2, begin + ahead), everywhere.end))
        self.begin, self.end = everywhere.start, everywhere.end
        if taken is None:
            days = self._whole_days(everywhere, longest)
            taken = occupancy.stretches("doctor", list(self.lengths), days, now=search.now)
        self.taken = taken
        kind = search.appointment_type.room_kind if search.appointment_type else ""
        self.rooms = FreeRooms(kind, self.places, self.timeline, search.now) if kind else None
        # The same for many doctors:
        self._possibles: dict[tuple[int, int, int], int] = {}
        self._loads: dict[tuple[date, int], Loads] = {}
        self.barred = {place.id: self._barred(place) for place in self.places}
        self.starts = {place.id: self._wanted_starts(place) for place in self.places}
        self.days = {place.id: midnight_bits(place.zone, self.timeline) for place in self.places}
        self.buffers = Buffers.of(search.appointment_type)

    def _hours_and_taken(self, everywhere: Interval, longest: timedelta) -> tuple[OpenHours, dict[int, list[Stretch]]]:
        """Both in one round trip: of few doctors a day too many is read sooner than it is asked for later."""
        doctors, span = self.search.doctors, self.timeline.interval
        days = Interval(everywhere.start, everywhere.end + longest).widened(LONGEST_DAY)
        hours = questions(doctors, span)
        taken = occupancy.questions_of_stretches("doctor", list(self.lengths), days, now=self.search.now)
        answers = ask(*hours, *taken)
        return OpenHours(doctors, span, answers=answers[: len(hours)]), occupancy.by_owner(*answers[len(hours) :])

    def slots(self) -> Iterator[SlotOf[D]]:
        """Every slot, in order, as far as somebody asks: a few hours of all doctors at a time."""
        offers = [offer for doctor in self.search.doctors for offer in self._offers(doctor)]
        if len(offers) == 1:  # nothing to sort
            [alone] = offers
            for start in map(self.timeline.instant, bits(alone.starts)):
                yield SlotOf(start, start + alone.length, alone.doctor, alone.place)
            return
        left = reduce(or_, (offer.starts for offer in offers), 0)
        while left:
            begin = first_bit(left)
            soon = [(starts, offer) for offer in offers if (starts := offer.starts >> begin & A_WHILE)]
            for minute in bits(left >> begin & A_WHILE):
                start = self.timeline.instant(begin + minute)
                free = self._lightest_first([offer for starts, offer in soon if starts >> minute & 1], start)
                for offer in free[:1] if self.search.once else free:
                    yield SlotOf(start, start + offer.length, offer.doctor, offer.place)
            end = begin + A_WHILE.bit_length()
            left = left >> end << end

    def _offers(self, doctor: D) -> Iterator[_Offer[D]]:
        """Where the doctor can begin a visit: an offer for each place with a minute for it."""
        minutes = self.lengths[doctor.id]
        taken, open_time = self.taken[doctor.id], self.hours.masks(doctor, self.timeline)
        # What begins so shortly before a taken stretch would last into it.
        too_late = self.timeline.touched_seconds(self.buffers.kept_around_all(taken), lead=minutes - 1) if taken else 0
        for place in self.places:
            if place.id in open_time:
                starts = self._possible(place, open_time[place.id], minutes) & ~too_late
                if starts:
                    yield _Offer(doctor, place, minutes * MINUTE, starts)

    def _possible(self, place: Location, open_time: int, minutes: int) -> int:
        """The minutes at which a visit can start there while nothing is taken; the same for all who work alike."""
        key = (place.id, open_time, minutes)
        if key not in self._possibles:
            possible = self.starts[place.id] & grid(open_time, self.search.step or minutes, self.days[place.id])
            possible &= fits(open_time & ~self.barred[place.id], minutes)
            if self.rooms:
                possible &= self.rooms.starts(place, minutes)
            self._possibles[key] = possible
        return self._possibles[key]

    def _lightest_first(self, offers: list[_Offer[D]], start: datetime) -> list[_Offer[D]]:
        """Of those who can begin then come first those who have fewer visits on that local day, then by id."""
        if len(offers) == 1:
            return offers
        places = {offer.place.id: offer.place for offer in offers}
        loads = {number: self._loads_on(place.local(start).date(), place) for number, place in places.items()}
        return sorted(offers, key=lambda offer: loads[offer.place.id][offer.doctor.id])

    def _loads_on(self, day: date, place: Location) -> Loads:
        key = (day, place.id)
        if key not in self._loads:
            first, last = (start_of_day(edge, place.zone).timestamp() for edge in (day, day + DAY))
            self._loads[key] = Loads(self.taken, first, last)
        return self._loads[key]

    def _barred(self, place: Location) -> int:
        """The minutes that no visit may touch: before now, and outside of what is asked for."""
        search, timeline = self.search, self.timeline
        first, last = instant(search.since, place), instant(search.until, place, day_after=True)
        asked = timeline.filled([Interval(first, last)]) if first < last else 0
        this_minute = Interval.lasting(search.now.replace(second=0, microsecond=0), 1)
        return timeline.everything & ~asked | timeline.before(search.now) | timeline.touched([this_minute])

    def _wanted_starts(self, place: Location) -> int:
        """The minutes at which a visit may start: notice, horizon, weekdays and part of the day."""
        search, timeline = self.search, self.timeline
        today = place.local(search.now).date()
        # Neither what an earlier look has found nor what the next one finds.
        wanted = timeline.before(self.end) & ~timeline.before(self.begin)
        if search.not_before_days:
            wanted &= ~timeline.before(start_of_day(today + search.not_before_days * DAY, place.zone))
        if kind := search.appointment_type:
            wanted &= ~timeline.before(search.now + kind.minimum_notice_minutes * MINUTE)
            if kind.booking_horizon_days is not None:
                day_after = today + (kind.booking_horizon_days + 1) * DAY
                wanted &= timeline.before(start_of_day(day_after, place.zone))
        if search.weekdays or search.part_of_day:
            start, end = PARTS_OF_DAY.get(search.part_of_day, (time(0), time(0)))
            windows = tuple(WeeklyWindow(day, start, end) for day in (search.weekdays or range(7)))
            wanted &= opened_minutes(windows, place.zone, timeline)
        return wanted

    def _midnight(self, half: datetime, end: datetime) -> datetime:
        """Where a look ends: whole days are read, since the load of each day counts, so that it looks at whole days.

        At the last local midnight since its ``half``, or else the first after its ``end``: the first of all places'.
        """
        found = []
        for place in self.places:
            ends = midnights(place.zone, Interval(half, end + LONGEST_DAY))
            found.append(max((one for one in ends if one <= end), default=ends[0]))
        return min(found)

    def _whole_days(self, everywhere: Interval, longest: timedelta) -> Interval:
        """The local days in which slots may start, as the load of a day is that of the whole day."""
        days = [
            Interval(
                start_of_day(place.local(everywhere.start).date(), place.zone),
                max(
                    start_of_day(place.local(everywhere.end - INSTANT).date() + DAY, place.zone),
                    everywhere.end + longest,
                ),
            )
            for place in self.places
        ]
        return Interval(min(day.start for day in days), max(day.end for day in days)) if days else everywhere


def _widest(since: Edge, until: Edge, now: datetime) -> Interval | None:
    """What of the search is yet to come, whatever the location's zone: offsets lie within a day of UTC."""
    low = since if isinstance(since, datetime) else start_of_day(since, UTC) - DAY
    high = until if isinstance(until, datetime) else start_of_day(until, UTC) + 2 * DAY
    return Interval(max(low, now), high) if max(low, now) < high else None
