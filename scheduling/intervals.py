"""Stretches of time: half-open ``[start, end)`` intervals of instants, and the minute timeline that packs them.

One idea carries the engine: a stretch of time is one Python integer, a bit a minute. Open time is a mask, busy time
another, free time is ``open & ~busy``. Ninety days are 130,000 bits: 16 KB, a few microseconds an operation.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
BYTES_AT_ONCE = 180  # a day


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """``[start, end)``: two instants, kept in UTC so that subtraction is elapsed time. Empty ones are refused."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name, edge in (("start", self.start), ("end", self.end)):
            if edge.tzinfo is None:
                raise ValueError(f"An interval needs aware datetimes; {edge!r} is naive.")
            if edge.tzinfo is not UTC:
                # Datetimes that share a tzinfo subtract by wall clock in Python; in UTC that is elapsed time.
                object.__setattr__(self, name, edge.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError(f"An interval ends after it starts; {self.start} to {self.end} does not.")

    @classmethod
    def lasting(cls, start: datetime, minutes: int) -> "Interval":
        """The interval of ``minutes`` elapsed minutes from ``start``."""
        start = start.astimezone(UTC)
        return cls(start, start + minutes * MINUTE)

    @property
    def minutes(self) -> int:
        """Elapsed whole minutes."""
        return (self.end - self.start) // MINUTE

    def overlaps(self, other: "Interval") -> bool:
        """Whether they share an instant. Touching is not overlapping."""
        return self.start < other.end and other.start < self.end

    def widened(self, by: timedelta) -> "Interval":
        """The interval with ``by`` added at both ends."""
        return Interval(self.start - by, self.end + by)

    def hull(self, other: "Interval") -> "Interval":
        """From where the first of both begins to where the last ends."""
        return Interval(min(self.start, other.start), max(self.end, other.end))


def meet(ones: Iterable[Interval], others: Iterable[Interval]) -> bool:
    """Whether one of the ones overlaps one of the others. Neither has two that overlap each other.

    In order, of all that overlap some stand beside each other: what begins between two such overlaps the earlier one.
    """
    return any(earlier.overlaps(later) for earlier, later in pairwise(sorted([*ones, *others])))


@dataclass(frozen=True, slots=True)
class Timeline:
    """The minutes from ``start`` on, numbered from bit 0. ``start`` is a whole UTC minute."""

    start: datetime
    minutes: int

    @classmethod
    def over(cls, interval: Interval) -> "Timeline":
        """The shortest timeline of whole minutes that covers ``interval``."""
        start = interval.start.replace(second=0, microsecond=0)
        return cls(start, -((start - interval.end) // MINUTE))

    @classmethod
    def of_days(cls, interval: Interval) -> "Timeline":
        """The shortest of whole UTC days that covers ``interval``: the same for all that lie in the same days."""
        start = interval.start.replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(start, -((start - interval.end) // DAY) * (DAY // MINUTE))

    @property
    def interval(self) -> Interval:
        """From where its first minute begins to where its last one ends."""
        return Interval(self.start, self.instant(self.minutes))

    @property
    def everything(self) -> int:
        """The mask of all its minutes."""
        return (1 << self.minutes) - 1

    def instant(self, bit: int) -> datetime:
        """The UTC instant at which minute ``bit`` begins."""
        return self.start + bit * MINUTE

    def stretches(self, mask: int) -> "Iterator[Interval]":
        """The stretches of time that the runs of set bits are, in order."""
        return (Interval(self.instant(first), self.instant(last)) for first, last in runs(mask))

    def touched(self, intervals: Iterable[Interval]) -> int:
        """The minutes of which the intervals take any part: for busy time."""
        mask = 0
        for interval in intervals:
            first = max((interval.start - self.start) // MINUTE, 0)
            last = min(-((self.start - interval.end) // MINUTE), self.minutes)
            if first < last:
                mask |= ((1 << (last - first)) - 1) << first
        return mask

    def touched_seconds(self, edges: Iterable[tuple[int, int]], *, lead: int = 0) -> int:
        """As `touched`, for thousands: of pairs of seconds since 1970, with ``lead`` minutes more before each."""
        origin, minutes = int(self.start.timestamp()), self.minutes
        mask = 0
        for start, end in edges:
            first = (start - origin) // 60 - lead
            first = max(first, 0)
            last = min(-((origin - end) // 60), minutes)
            if first < last:
                mask |= ((1 << (last - first)) - 1) << first
        return mask

    def filled(self, intervals: Iterable[Interval]) -> int:
        """The minutes that single intervals fill whole: for open time."""
        mask = 0
        for interval in intervals:
            first = max(-((self.start - interval.start) // MINUTE), 0)
            last = min((interval.end - self.start) // MINUTE, self.minutes)
            if first < last:
                mask |= ((1 << (last - first)) - 1) << first
        return mask

    def before(self, instant: datetime) -> int:
        """The minutes that begin before ``instant``."""
        bits = min(max(-((self.start - instant.astimezone(UTC)) // MINUTE), 0), self.minutes)
        return (1 << bits) - 1


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """``(first, last)`` of each run of set bits, half-open, in order."""
    offset = 0
    while mask:
        gap = first_bit(mask)
        mask >>= gap
        length = (~mask & (mask + 1)).bit_length() - 1
        yield offset + gap, offset + gap + length
        mask >>= length
        offset += gap + length


def first_bit(mask: int) -> int:
    """The number of the lowest set bit; -1 if none is."""
    return (mask & -mask).bit_length() - 1


def bits(mask: int) -> Iterator[int]:
    """The numbers of the set bits, lowest first, a day of them at a time: most who ask want the first few."""
    content = mask.to_bytes(-(-mask.bit_length() // 8), "little")
    for begin in range(0, len(content), BYTES_AT_ONCE):
        text = bin(int.from_bytes(content[begin : begin + BYTES_AT_ONCE], "little"))[:1:-1]
        position = text.find("1")
        while position >= 0:
            yield 8 * begin + position
            position = text.find("1", position + 1)
