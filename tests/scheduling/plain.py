"""The engine's rules once more, minute by minute and without a trick: slow, and right at a glance.

Minutes are whole UTC minutes, as datetimes or as plain numbers; a stretch of time is the set of its minutes. Wall time
is asked of zoneinfo for every single minute.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
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
    return {
        minute
        for minute in minutes_between(start, end)
        if any(lies_in(reading(minute, zone), window) for window in windows)
    }


def midnights(zone: tzinfo, start: datetime, end: datetime) -> list[datetime]:
    """The minutes of [start, end) in which the wall calendar shows a date for the first time."""
    shown: date = reading(start - MINUTE, zone).date()
    found = []
    for minute in minutes_between(start, end):
        if reading(minute, zone).date() > shown:
            shown = reading(minute, zone).date()
            found.append(minute)
    return found


def numbered(minutes: Iterable[datetime], origin: datetime) -> set[int]:
    return {(minute - origin) // MINUTE for minute in minutes}


def grid_starts(open_time: set[datetime], step: int, zone: tzinfo, start: datetime, end: datetime) -> set[datetime]:
    """`grid` for the open minutes of [start, end), which has to begin well before the first start of interest."""
    days = numbered(midnights(zone, start, end), start)
    return {start + minute * MINUTE for minute in grid(numbered(open_time, start), step, days)}


def is_free(start: datetime, minutes: int, open_time: set[datetime], busy: Iterable[tuple[datetime, datetime]]) -> bool:
    """Whether every minute of the visit is open and the visit overlaps nothing busy."""
    end = start + minutes * MINUTE
    inside = all(minute in open_time for minute in minutes_between(start, end))
    return inside and not any(first < end and start < last for first, last in busy)
