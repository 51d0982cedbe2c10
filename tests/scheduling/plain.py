"""The engine's rules once more, minute by minute and without a trick: slow, and right at a glance.

Minutes are whole UTC minutes, as datetimes or as plain numbers; a stretch of time is the set of its minutes. Wall time
is asked of zoneinfo for every single minute.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from scheduling.hours import WeeklyWindow

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
M = TypeVar("M", int, datetime)


# --- On numbered minutes ---------------------------------------------------------------------------


def runs(minutes: Iterable[int]) -> list[tuple[int, int]]:
    """The stretches of consecutive minutes, half-open."""
    found: list[tuple[int, int]] = []
    for minute in sorted(minutes):
        if found and found[-1][1] == minute:
            found[-1] = (found[-1][0], minute + 1)
        else:
            found.append((minute, minute + 1))
    return found


def fits(free: set[int], length: int) -> set[int]:
    """The minutes from which ``length`` minutes on end are free."""
    return {start for start in free if all(minute in free for minute in range(start, start + length))}


def grid(open_time: set[int], step: int, midnights: Iterable[int] = ()) -> set[int]:
    """Every ``step``-th minute of each stretch, counted anew from a midnight after a day open right through."""
    anew = {
        midnight
        for before, midnight in pairwise(sorted(midnights))
        if all(minute in open_time for minute in range(before, midnight + 1))
    }
    found = set()
    for first, last in runs(open_time):
        beginning = first
        for minute in range(first, last):
            if minute in anew:
                beginning = minute
            if (minute - beginning) % step == 0:
                found.add(minute)
    return found


# --- On instants -----------------------------------------------------------------------------------


def minutes_between(start: datetime, end: datetime) -> Iterator[datetime]:
    """The whole minutes that begin in [start, end)."""
    minute = start.astimezone(UTC)
    if minute.replace(second=0, microsecond=0) < minute:
        minute = minute.replace(second=0, microsecond=0) + MINUTE
    while minute < end:
        yield minute
        minute += MINUTE


def reading(instant: datetime, zone: tzinfo) -> datetime:
    """What the clock on the wall shows."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def lies_in(wall: datetime, window: WeeklyWindow) -> bool:
    """Whether a reading of the wall clock lies in the window that starts on its day or on the day before."""
    for day in (wall.date(), wall.date() - DAY):
        if day.weekday() != window.weekday:
            continue
        if (window.valid_from and day < window.valid_from) or (window.valid_until and day > window.valid_until):
            continue
        start, end = datetime.combine(day, window.start), datetime.combine(day, window.end)
        if start <= wall < (end if end > start else end + DAY):
            return True
    return False


def open_minutes(windows: Iterable[WeeklyWindow], zone: tzinfo, start: datetime, end: datetime) -> set[datetime]:
    """The minutes of [start, end) that begin while a window is open."""
    windows = list(windows)
    minutes = {minute: reading(minute, zone) for minute in minutes_between(start, end)}
    return {minute for minute, wall in minutes.items() if any(lies_in(wall, window) for window in windows)}


def midnights(zone: tzinfo, start: datetime, end: datetime) -> list[datetime]:
    """The minutes of [start, end) in which the wall calendar shows a date for the first time."""
    shown: date = reading(start - MINUTE, zone).date()
    found = []
    for minute in minutes_between(start, end):
        day = reading(minute, zone).date()
        if day > shown:
            shown = day
            found.append(minute)
    return found


def numbered(minutes: Iterable[datetime], origin: datetime) -> set[int]:
    return {(minute - origin) // MINUTE for minute in minutes}


# --- A doctor's calendar ---------------------------------------------------------------------------

Stretch = tuple[datetime, datetime]


@dataclass
class Calendar:
    """A doctor at one place, as a search from ``since`` to ``until`` at ``now`` should find it. Whole minutes."""

    zone: tzinfo
    since: datetime
    until: datetime
    now: datetime
    windows: list[WeeklyWindow]
    extra: list[Stretch] = field(default_factory=list)
    closed: list[Stretch] = field(default_factory=list)
    visits: list[Stretch] = field(default_factory=list)

    @cached_property
    def origin(self) -> datetime:
        """Longer ago than the grid of the first day asked about can depend on."""
        return self.since - 5 * DAY

    @cached_property
    def open_time(self) -> set[datetime]:
        minutes = open_minutes(self.windows, self.zone, self.origin, self.until)
        for start, end in self.extra:
            minutes.update(minutes_between(max(start, self.origin), min(end, self.until)))
        for start, end in self.closed:
            minutes.difference_update(minutes_between(start, end))
        return minutes

    def grid(self, minutes: int, step: int) -> list[datetime]:
        """The starts on the grid of which a visit of so many minutes would lie in the search, in order."""
        days = numbered(midnights(self.zone, self.origin, self.until), self.origin)
        starts = {self.origin + bit * MINUTE for bit in grid(numbered(self.open_time, self.origin), step, days)}
        return sorted(start for start in starts if self.since <= start and start + minutes * MINUTE <= self.until)

    def books(self, start: datetime, minutes: int) -> bool:
        """Whether a visit of so many minutes can be booked."""
        end = start + minutes * MINUTE
        inside = all(minute in self.open_time for minute in minutes_between(start, end))
        taken = any(first < end and start < last for first, last in self.visits)
        return start > self.now and inside and not taken

    def slots(self, minutes: int, step: int) -> list[datetime]:
        """The starts that a search lists."""
        return [start for start in self.grid(minutes, step) if self.books(start, minutes)]
