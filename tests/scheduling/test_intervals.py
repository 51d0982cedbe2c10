"""Intervals and the timeline that packs them into bits."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.intervals import MINUTE, Interval, Timeline, bits, first_bit, meet, runs
from tests.factories import at
from tests.scheduling import plain

NINE = at("2026-03-02 09:00")


def between(start: str, end: str) -> Interval:
    return Interval(at(f"2026-03-02 {start}"), at(f"2026-03-02 {end}"))


# --- Intervals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (("09:00", "10:00"), ("10:00", "11:00"), False),
        (("09:00", "10:00"), ("09:59", "11:00"), True),
        (("09:00", "10:00"), ("09:15", "09:30"), True),
        (("09:00", "10:00"), ("09:00", "10:00"), True),
        (("09:00", "10:00"), ("11:00", "12:00"), False),
    ],
)
def test_touching_is_not_overlapping(one: tuple[str, str], other: tuple[str, str], overlap: bool) -> None:
    assert between(*one).overlaps(between(*other)) is overlap
    assert between(*other).overlaps(between(*one)) is overlap


def test_an_instant_longer_is_an_overlap() -> None:
    visit = Interval(NINE, NINE + timedelta(microseconds=1))
    assert visit.overlaps(between("08:00", "09:00")) is False
    assert Interval(at("2026-03-02 08:00"), NINE + timedelta(microseconds=1)).overlaps(visit) is True


lines = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=6)  # minutes of a gap, and of what follows


@given(lines, lines)
def test_two_lines_of_intervals_meet_if_one_of_each_overlap(first: list[Any], second: list[Any]) -> None:
    def laid_out(line: list[tuple[int, int]]) -> list[Interval]:
        found, minute = [], 0
        for gap, length in line:
            found.append(Interval.lasting(NINE + (minute + gap) * MINUTE, length))
            minute += gap + length
        return found

    ones, others = laid_out(first), laid_out(second)
    assert meet(ones, others) == any(one.overlaps(other) for one in ones for other in others)


def test_an_interval_keeps_utc() -> None:
    nairobi = timezone(timedelta(hours=3))
    interval = Interval(datetime(2026, 3, 2, 12, 0, tzinfo=nairobi), datetime(2026, 3, 2, 13, 0, tzinfo=nairobi))
    assert interval == between("09:00", "10:00")
    assert interval.start.tzinfo is UTC


def test_a_length_is_elapsed_time_across_a_clock_change() -> None:
    new_york = ZoneInfo("America/New_York")
    night = Interval(datetime(2026, 3, 8, 0, 0, tzinfo=new_york), datetime(2026, 3, 8, 6, 0, tzinfo=new_york))
    assert night.minutes == 5 * 60
    lasting = Interval.lasting(datetime(2026, 3, 8, 0, 0, tzinfo=new_york), 6 * 60)
    assert lasting.end == at("2026-03-08 11:00")  # 07:00 on the wall


def test_an_interval_has_a_length() -> None:
    with pytest.raises(ValueError, match=r"^An interval ends after it starts; 2026-03-02 09:00:00\+00:00 to 2026-03-0"):
        Interval(NINE, NINE)
    with pytest.raises(ValueError, match=r"^An interval ends after it starts; "):
        Interval(NINE, NINE - MINUTE)


def test_an_interval_needs_aware_edges() -> None:
    with pytest.raises(
        ValueError, match=r"^An interval needs aware datetimes; datetime\.datetime\(2026, 3, 2, 9, 0\) is"
    ):
        Interval(datetime(2026, 3, 2, 9, 0), NINE)


# --- The timeline ----------------------------------------------------------------------------------


def test_a_timeline_covers_an_interval_in_whole_minutes() -> None:
    assert Timeline.over(between("09:00", "10:00")) == Timeline(NINE, 60)
    ragged = Interval(NINE + timedelta(seconds=59), NINE + timedelta(minutes=2, seconds=1))
    assert Timeline.over(ragged) == Timeline(NINE, 3)


def test_a_timeline_of_days_is_the_same_for_all_that_lie_in_them() -> None:
    today = Timeline(at("2026-03-02"), 24 * 60)
    assert Timeline.of_days(between("09:00", "10:00")) == Timeline.of_days(between("00:00", "23:59")) == today
    assert Timeline.of_days(Interval(NINE, at("2026-03-03"))) == today
    assert Timeline.of_days(Interval(NINE, at("2026-03-03 00:01"))) == Timeline(at("2026-03-02"), 48 * 60)


def test_a_timeline_is_an_interval() -> None:
    assert Timeline(NINE, 30).interval == between("09:00", "09:30")


def test_everything_is_every_minute() -> None:
    assert Timeline(NINE, 5).everything == 0b11111


def test_busy_time_takes_each_minute_that_it_touches() -> None:
    timeline = Timeline(NINE, 6)
    assert timeline.touched([Interval(NINE + MINUTE, NINE + 3 * MINUTE)]) == 0b000110
    assert timeline.touched([Interval(NINE + timedelta(seconds=90), NINE + timedelta(seconds=181))]) == 0b001110


def test_open_time_is_only_minutes_that_are_open_whole() -> None:
    timeline = Timeline(NINE, 6)
    assert timeline.filled([Interval(NINE + MINUTE, NINE + 3 * MINUTE)]) == 0b000110
    assert timeline.filled([Interval(NINE + timedelta(seconds=90), NINE + timedelta(seconds=239))]) == 0b000100
    assert timeline.filled([Interval(NINE + timedelta(seconds=1), NINE + timedelta(seconds=59))]) == 0


def test_a_timeline_ignores_what_lies_outside() -> None:
    timeline = Timeline(NINE, 4)
    around = Interval(NINE - 100 * MINUTE, NINE + 100 * MINUTE)
    elsewhere = [Interval(NINE - 10 * MINUTE, NINE), Interval(NINE + 4 * MINUTE, NINE + 9 * MINUTE)]
    assert timeline.touched([around]) == timeline.filled([around]) == 0b1111
    assert timeline.touched(elsewhere) == timeline.filled(elsewhere) == 0


def test_before_is_the_minutes_that_begin_earlier() -> None:
    timeline = Timeline(NINE, 4)
    assert timeline.before(NINE - MINUTE) == 0
    assert timeline.before(NINE) == 0
    assert timeline.before(NINE + timedelta(seconds=1)) == 0b0001
    assert timeline.before(NINE + 2 * MINUTE) == 0b0011
    assert timeline.before(NINE + 99 * MINUTE) == 0b1111


def test_runs_are_half_open_stretches_in_order() -> None:
    assert list(runs(0b1110011)) == [(0, 2), (4, 7)]
    assert list(runs(0)) == []


def test_bits_are_numbered_from_the_lowest() -> None:
    assert list(bits(0b1010010)) == [1, 4, 6]
    assert list(bits(1 | 1 << 1439 | 1 << 1440 | 1 << 10_000)) == [0, 1439, 1440, 10_000]
    assert list(bits(0)) == []


def test_the_first_bit_is_the_lowest() -> None:
    assert [first_bit(mask) for mask in (0b1010010, 1, 1 << 5000, 0)] == [1, 0, 5000, -1]


# --- Held to the plain model -----------------------------------------------------------------------

masks = st.builds(lambda low, far, by: low | far << by, *[st.integers(0, 1 << 300)] * 2, st.integers(0, 4000))
seconds = st.integers(min_value=-20 * 60, max_value=80 * 60)
edges = st.tuples(seconds, seconds).filter(lambda pair: pair[0] != pair[1]).map(sorted)


def set_bits(mask: int) -> set[int]:
    return {number for number in range(mask.bit_length()) if mask >> number & 1}


@given(masks)
def test_bits_and_runs_agree_with_the_plain_model(mask: int) -> None:
    assert list(bits(mask)) == sorted(set_bits(mask))
    assert list(runs(mask)) == plain.runs(set_bits(mask))


@given(st.lists(edges, max_size=4), seconds)
def test_masks_of_intervals_agree_with_the_plain_model(pairs: list[list[int]], now: int) -> None:
    timeline = Timeline(NINE, 60)
    intervals = [Interval(NINE + timedelta(seconds=a), NINE + timedelta(seconds=b)) for a, b in pairs]
    every = range(60)
    touched = {n for n in every if any(a < 60 * n + 60 and 60 * n < b for a, b in pairs)}
    filled = {n for n in every if any(a <= 60 * n and 60 * n + 60 <= b for a, b in pairs)}
    assert set_bits(timeline.touched(intervals)) == touched
    seconds = [(int(each.start.timestamp()), int(each.end.timestamp())) for each in intervals]
    assert set_bits(timeline.touched_seconds(seconds)) == touched
    led_up_to = {n for n in every if any(a < 60 * n + 180 and 60 * n < b for a, b in pairs)}
    assert set_bits(timeline.touched_seconds(seconds, lead=2)) == led_up_to
    assert set_bits(timeline.filled(intervals)) == filled
    assert set_bits(timeline.before(NINE + timedelta(seconds=now))) == {n for n in every if 60 * n < now}
