"""Which starts are free: masks in, masks out. Pure arithmetic on minutes; see `intervals` for the idea.

A slot's start lies on a grid. The grid begins where an open stretch begins and steps by the visit's length unless
asked otherwise; in a service that is open round the clock it begins again at each local midnight after a day that was
open right through, so that the grid never depends on how far back somebody looks.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from scheduling.intervals import runs


def fits(free: int, minutes: int) -> int:
    """The minutes at which a visit of ``minutes`` can start and lie wholly in ``free``."""
    mask, covered = free, 1
    while covered < minutes:  # after each round a bit says: `covered` minutes from here are free
        shift = min(covered, minutes - covered)
        mask &= mask >> shift
        covered += shift
    return mask


def grid(open_time: int, step: int, midnights: Iterable[int] = ()) -> int:
    """The minutes of ``open_time`` that lie on the grid of ``step`` minutes.

    ``midnights`` are the bits at which local days begin, in order. The mask must reach back to the beginning of the
    local day before that of the first minute that is asked about.
    """
    return _grid(open_time, step, tuple(midnights))


@lru_cache(maxsize=512)
def _grid(open_time: int, step: int, midnights: tuple[int, ...]) -> int:
    anchors = sorted({first for first, _ in runs(open_time)} | set(_round_the_clock(open_time, midnights)))
    starts = 0
    for anchor, following in pairwise([*anchors, open_time.bit_length()]):
        starts |= _comb(step, following - anchor) << anchor
    return starts & open_time


def covers(open_time: int, wanted: int) -> bool:
    """Whether every minute of ``wanted`` is open."""
    return wanted & ~open_time == 0


def _round_the_clock(open_time: int, midnights: Iterable[int]) -> list[int]:
    """The midnights in ``open_time`` whose whole day before, from midnight to midnight, was open."""
    return [
        end
        for start, end in pairwise(midnights)
        if open_time >> start & ((1 << (end - start + 1)) - 1) == (1 << (end - start + 1)) - 1
    ]


def _comb(step: int, length: int) -> int:
    """Bits 0, step, 2*step, ... below ``length``."""
    teeth = -(-length // step)
    return ((1 << step * teeth) - 1) // ((1 << step) - 1)
