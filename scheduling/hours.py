"""From wall time to instants: the one place, beside the edges, that knows local time.

A weekly window opens an instant if the clock on the location's wall then reads a time inside the window. From that
follow the rules at clock changes: an edge in a spring gap moves to the first valid instant, an hour that happens twice
counts twice, a local day is 23, 24 or 25 hours long, and windows that do not overlap on paper never overlap in fact.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from scheduling.intervals import DAY, MINUTE, Interval, Timeline

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NonExistentLocalTime(ValueError):
    """The clock jumps over this local time (spring)."""


class AmbiguousLocalTime(ValueError):
    """The clock shows this local time twice (autumn)."""


class WeeklyWindow(NamedTuple):
    """Open every week from ``start`` to ``end``, wall time, on ``weekday`` (Monday is 0).

    ``end <= start`` means the next day: 22:00-06:00 runs over midnight, 00:00-00:00 is a whole day. ``valid_from`` and
    ``valid_until`` are inclusive local dates of the day on which the window starts; None is unbounded.
    """

    weekday: int
    start: time
    end: time
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, first: date, last: date) -> bool:
        """Whether it is valid on any day from ``first`` to ``last``, both included."""
        return (self.valid_from or first) <= last and (self.valid_until or last) >= first

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """Its naive wall-time edges when it starts on ``day``, or None if it does not."""
        if day.weekday() != self.weekday:
            return None
        if (self.valid_from and day < self.valid_from) or (self.valid_until and day > self.valid_until):
            return None
        last = day if self.end > self.start else day + DAY
        return datetime.combine(day, self.start), datetime.combine(last, self.end)


def resolve(wall: datetime, zone: tzinfo) -> datetime:
    """The UTC instant at which a clock in ``zone`` reads the naive ``wall``.

    Raises NonExistentLocalTime or AmbiguousLocalTime where there is not exactly one, and OverflowError near the ends
    of the calendar.
    """
    instants = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    valid = [instant for instant in instants if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(fold=0)]
    if not valid:
        raise NonExistentLocalTime(f"{wall:%Y-%m-%d %H:%M} does not exist in {zone}: the clocks go forward over it.")
    if len(valid) > 1:
        raise AmbiguousLocalTime(
            f"{wall:%Y-%m-%d %H:%M} happens twice in {zone}: the clocks go back over it. Add an offset, such as +00:00."
        )
    return valid[0]


def happens_twice(local: datetime) -> bool:
    """Whether the clock of its zone shows this local time, which exists, a second time: it goes back over it."""
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def opened(windows: Iterable[WeeklyWindow], zone: tzinfo, span: Interval) -> Iterator[Interval]:
    """The instants within ``span`` that the weekly windows open; unordered, and overlapping where windows do."""
    by_weekday: dict[int, list[WeeklyWindow]] = {}
    for window in windows:
        by_weekday.setdefault(window.weekday, []).append(window)
    if not by_weekday:
        return
    periods = offset_periods(zone, span)
    # Of every period: where the clocks go back just after midnight, the calendar goes back as well.
    days = [(edge + offset).date() for period, offset in periods for edge in (period.start, period.end)]
    day, last = min(days) - DAY, max(days)  # yesterday's window may run over midnight
    while day <= last:
        for window in by_weekday.get(day.weekday(), ()):
            edges = window.on(day)
            if edges:
                yield from _instants(*edges, periods, span)
        day += DAY


@lru_cache(maxsize=512)
def opened_minutes(windows: tuple[WeeklyWindow, ...], zone: tzinfo, timeline: Timeline) -> int:
    """The minutes of ``timeline`` that the weekly windows fill.

    Cached: many doctors work the same week and are asked about on the same days, and this takes longer than all the
    rest of a search for a free time.
    """
    return timeline.filled(opened(windows, zone, timeline.interval))


@lru_cache(maxsize=8192)
def start_of_day(day: date, zone: tzinfo) -> datetime:
    """The first instant of the local ``day``, in UTC. Where midnight is skipped, the first that exists."""
    wall = datetime.combine(day, time(0))
    around = Interval(wall.replace(tzinfo=UTC) - 2 * DAY, wall.replace(tzinfo=UTC) + 2 * DAY)
    following = wall + 2 * DAY  # a whole local day can be missing (Apia, 30 December 2011): then the next one's start
    return min(
        interval.start
        for period, offset in offset_periods(zone, around)
        if (interval := _clip(wall - offset, following - offset, period))
    )


def local_days(first: date, last: date, zone: tzinfo) -> Interval | None:
    """From the first instant of the local day ``first`` to the end of ``last``; None where both were skipped."""
    start, end = start_of_day(first, zone), start_of_day(last + DAY, zone)
    return Interval(start, end) if start < end else None


def midnights(zone: tzinfo, span: Interval) -> list[datetime]:
    """The instants within ``span`` at which local days begin, in order."""
    day, last = span.start.astimezone(zone).date(), span.end.astimezone(zone).date()
    starts = (start_of_day(day + number * DAY, zone) for number in range((last - day).days + 1))
    return sorted({start for start in starts if span.start <= start < span.end})


@lru_cache(maxsize=512)
def midnight_bits(zone: tzinfo, timeline: Timeline) -> tuple[int, ...]:
    """The minutes of ``timeline`` at which local days begin, in order."""
    return tuple((midnight - timeline.start) // MINUTE for midnight in midnights(zone, timeline.interval))


OffsetPeriod = tuple[Interval, timedelta]


def offset_periods(zone: tzinfo, span: Interval) -> list[OffsetPeriod]:
    """``span`` cut where the UTC offset of ``zone`` changes, each piece with its offset."""
    pieces: list[tuple[datetime, datetime, timedelta]] = []
    cursor = span.start
    while cursor < span.end:
        following = min(datetime.combine(cursor.date() + DAY, time(0), UTC), span.end)
        for start, end, offset in _offsets_of_utc_day(zone, cursor.date()):
            first, last = max(start, cursor), min(end, following)
            if first >= last:
                continue
            if pieces and pieces[-1][2] == offset:
                pieces[-1] = (pieces[-1][0], last, offset)
            else:
                pieces.append((first, last, offset))
        cursor = following
    return [(Interval(start, end), offset) for start, end, offset in pieces]


@lru_cache(maxsize=8192)
def _offsets_of_utc_day(zone: tzinfo, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """The UTC day cut at its clock change, if it has one. No zone has changed twice in one day since 1900."""
    start = datetime.combine(day, time(0), UTC)
    end = start + DAY
    before, after = _offset(zone, start), _offset(zone, end)
    if before == after:
        return ((start, end, before),)
    low, high = start, end
    while high - low > MINUTE:
        middle = low + (high - low) // MINUTE // 2 * MINUTE
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return ((start, high, before), (high, end, after))


def _offset(zone: tzinfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def _instants(start: datetime, end: datetime, periods: Iterable[OffsetPeriod], span: Interval) -> Iterator[Interval]:
    for period, offset in periods:
        interval = _clip(start - offset, end - offset, period)
        if interval and interval.overlaps(span):
            yield interval


def _clip(start: datetime, end: datetime, period: Interval) -> Interval | None:
    first, last = max(start.replace(tzinfo=UTC), period.start), min(end.replace(tzinfo=UTC), period.end)
    return Interval(first, last) if first < last else None
