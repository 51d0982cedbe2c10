"""Which starts are free, on masks. Literal masks read from the right: bit 0 is the first minute."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.intervals import bits
from scheduling.slots import covers, fits, grid
from tests.scheduling import plain

HOUR = 60
LOCAL_DAY = 24 * HOUR


def mask(*stretches: tuple[int, int]) -> int:
    """Minutes [first, last) of each stretch."""
    return sum(((1 << last - first) - 1) << first for first, last in stretches)


def free_starts(*, open_time: int, busy: int, minutes: int, step: int, midnights: Iterable[int] = ()) -> int:
    """The minutes on the grid at which a visit is inside open time and touches nothing busy: see `finding`."""
    return grid(open_time, step, midnights) & fits(open_time & ~busy, minutes)


def union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


# --- Where a visit fits ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "starts"),
    [(1, 0b11101111), (2, 0b01100111), (3, 0b00100011), (4, 0b00000001), (5, 0)],
)
def test_a_visit_fits_where_all_its_minutes_are_free(minutes: int, starts: int) -> None:
    assert fits(0b11101111, minutes) == starts


def test_a_visit_may_fill_a_stretch_to_its_last_minute() -> None:
    assert list(bits(fits(mask((0, 60)), 60))) == [0]
    assert fits(mask((0, 60)), 61) == 0


def test_covers_wants_every_minute() -> None:
    assert covers(0b11100, 0b01100) is True
    assert covers(0b11100, 0b00110) is False
    assert covers(0, 0) is True


# --- The grid --------------------------------------------------------------------------------------


def test_the_grid_begins_where_a_stretch_begins() -> None:
    assert list(bits(grid(mask((7, 17), (20, 25)), 4))) == [7, 11, 15, 20, 24]


def test_adjoining_stretches_have_one_grid() -> None:
    assert list(bits(grid(mask((0, 10)) | mask((10, 20)), 8))) == [0, 8, 16]


def test_the_last_slot_does_not_overrun() -> None:
    hours = mask((0, 100))
    assert list(bits(free_starts(open_time=hours, busy=0, minutes=30, step=30))) == [0, 30, 60]
    assert list(bits(free_starts(open_time=hours, busy=0, minutes=40, step=10))) == [0, 10, 20, 30, 40, 50, 60]


def test_what_is_busy_takes_starts_away_and_leaves_the_grid_where_it_is() -> None:
    hours = mask((0, 180))
    assert list(bits(free_starts(open_time=hours, busy=mask((45, 50)), minutes=30, step=30))) == [0, 60, 90, 120, 150]


def test_a_visit_that_touches_a_busy_minute_is_free() -> None:
    hours, busy = mask((0, 90)), mask((30, 60))
    assert list(bits(free_starts(open_time=hours, busy=busy, minutes=30, step=30))) == [0, 60]


def test_a_step_that_is_not_the_length_lists_starts_that_exclude_each_other() -> None:
    assert list(bits(free_starts(open_time=mask((0, 60)), busy=0, minutes=30, step=15))) == [0, 15, 30]


def test_a_midnight_does_not_interrupt_a_night() -> None:
    evening_to_morning = mask((22 * HOUR, 30 * HOUR))
    starts = free_starts(open_time=evening_to_morning, busy=0, minutes=50, step=50, midnights=[0, LOCAL_DAY])
    assert list(bits(starts)) == [22 * HOUR + 50 * number for number in range(9)]


def test_a_round_the_clock_grid_restarts_at_local_midnight() -> None:
    hours = mask((0, 2 * LOCAL_DAY))
    # 1440 is 20 x 70 + 40: the last start of the first day is 23:20, and the next day begins anew.
    found = list(bits(grid(hours, 70, midnights=[0, LOCAL_DAY])))
    assert found == [*range(0, LOCAL_DAY, 70), *range(LOCAL_DAY, 2 * LOCAL_DAY, 70)]
    assert found[20:22] == [1400, 1440]


def test_a_round_the_clock_day_may_have_23_or_25_hours() -> None:
    short, long = 23 * HOUR, 25 * HOUR
    found = list(bits(grid(mask((0, short + long + 10)), 7 * HOUR, midnights=[0, short, short + long])))
    hours_of_day = [0, 7, 14, 21]
    assert found == [
        *(hour * HOUR for hour in hours_of_day),
        *(short + hour * HOUR for hour in hours_of_day),
        short + long,
    ]


def test_the_grid_does_not_restart_after_a_day_that_was_not_open_right_through() -> None:
    hours = mask((1, 2 * LOCAL_DAY))
    assert list(bits(grid(hours, 1000, midnights=[0, LOCAL_DAY]))) == [1, 1001, 2001]


def test_an_empty_calendar_has_no_grid() -> None:
    assert grid(0, 30, midnights=[0, LOCAL_DAY]) == 0


# --- Held to the plain model -----------------------------------------------------------------------

masks = st.integers(min_value=0, max_value=1 << 200)
# Long stretches, as calendars have them, of "days" of 30 minutes and thereabouts.
calendars = st.lists(st.tuples(st.integers(0, 250), st.integers(1, 150)), max_size=5).map(
    lambda stretches: union(mask((first, first + length)) for first, length in stretches)
)
lengths = st.integers(min_value=1, max_value=70)
days = st.lists(st.integers(min_value=20, max_value=50), max_size=10).map(
    lambda lengths_of_days: [sum(lengths_of_days[:number]) for number in range(len(lengths_of_days) + 1)]
)


@given(masks | calendars, lengths)
def test_fits_agrees_with_the_plain_model(free: int, minutes: int) -> None:
    assert set(bits(fits(free, minutes))) == plain.fits(set(bits(free)), minutes)


@given(masks | calendars, lengths, days)
def test_the_grid_agrees_with_the_plain_model(open_time: int, step: int, midnights: list[int]) -> None:
    assert set(bits(grid(open_time, step, midnights))) == plain.grid(set(bits(open_time)), step, midnights)


@given(calendars, masks, lengths, lengths, days)
def test_free_starts_agree_with_the_plain_model(
    open_time: int, busy: int, minutes: int, step: int, midnights: list[int]
) -> None:
    free = set(bits(open_time)) - set(bits(busy))
    expected = plain.grid(set(bits(open_time)), step, midnights) & plain.fits(free, minutes)
    found = free_starts(open_time=open_time, busy=busy, minutes=minutes, step=step, midnights=midnights)
    assert set(bits(found)) == expected


@given(st.lists(calendars, min_size=1, max_size=3), lengths, st.integers(0, 250))
def test_the_grid_is_independent_of_how_far_back_one_looks(parts: list[int], step: int, origin: int) -> None:
    """Looking back to the beginning of the day before a day is as good as looking back for ever."""
    open_time, midnights = union(parts), list(range(0, 500, 30))
    looked_from = origin - origin % 30
    asked = looked_from + 30  # the day after
    everything = {start for start in bits(grid(open_time, step, midnights)) if start >= asked}
    later = [midnight - looked_from for midnight in midnights if midnight >= looked_from]
    less = {start + looked_from for start in bits(grid(open_time >> looked_from, step, later))}
    assert {start for start in less if start >= asked} == everything
