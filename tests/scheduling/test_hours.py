"""Weekly hours in wall time, and the instants that they open. Every answer is a literal UTC instant."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduling.hours import (
    AmbiguousLocalTime,
    NonExistentLocalTime,
    WeeklyWindow,
    happens_twice,
    local_days,
    midnight_bits,
    midnights,
    offset_periods,
    opened,
    opened_minutes,
    resolve,
    start_of_day,
)
from scheduling.intervals import DAY, Interval, Timeline, bits
from tests.factories import at
from tests.scheduling import plain

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def window(weekday: int, start: str, end: str, **valid: date) -> WeeklyWindow:
    return WeeklyWindow(weekday, time.fromisoformat(start), time.fromisoformat(end), **valid)


def opens(zone: str, first: str, last: str, *windows: WeeklyWindow) -> list[tuple[str, str]]:
    """What the windows open between two UTC instants, as one timeline: ("2026-03-08 05:00", "2026-03-08 06:00")."""
    span = Interval(at(first), at(last))
    timeline = Timeline.over(span)
    mask = opened_minutes(windows, ZoneInfo(zone), timeline)
    return [(shown(a), shown(b)) for a, b in stretches(timeline, mask)]


def stretches(timeline: Timeline, mask: int) -> list[tuple[datetime, datetime]]:
    return [(timeline.instant(first), timeline.instant(last)) for first, last in plain.runs(bits(mask))]


def shown(instant: datetime) -> str:
    assert instant.tzinfo is UTC
    return f"{instant:%Y-%m-%d %H:%M}"


# --- A weekly window -------------------------------------------------------------------------------


def test_a_window_opens_every_week_on_its_weekday() -> None:
    assert opens("Africa/Nairobi", "2026-03-01 00:00", "2026-03-15 00:00", window(MON, "08:00", "18:00")) == [
        ("2026-03-02 05:00", "2026-03-02 15:00"),
        ("2026-03-09 05:00", "2026-03-09 15:00"),
    ]


def test_half_an_hour_of_offset_counts() -> None:
    assert opens("Asia/Kolkata", "2026-03-01 00:00", "2026-03-08 00:00", window(MON, "08:00", "18:00")) == [
        ("2026-03-02 02:30", "2026-03-02 12:30")
    ]


def test_a_window_that_ends_before_it_starts_runs_past_midnight_from_its_own_weekday() -> None:
    assert opens("UTC", "2026-03-01 00:00", "2026-03-09 00:00", window(FRI, "22:00", "06:00")) == [
        ("2026-03-06 22:00", "2026-03-07 06:00")
    ]


def test_a_window_past_midnight_is_seen_from_the_day_after() -> None:
    assert opens("UTC", "2026-03-07 03:00", "2026-03-07 12:00", window(FRI, "22:00", "06:00")) == [
        ("2026-03-07 03:00", "2026-03-07 06:00")
    ]


def test_a_window_to_its_own_start_is_a_whole_day() -> None:
    assert opens("UTC", "2026-03-01 00:00", "2026-03-09 00:00", window(MON, "00:00", "00:00")) == [
        ("2026-03-02 00:00", "2026-03-03 00:00")
    ]
    assert opens("UTC", "2026-03-01 00:00", "2026-03-09 00:00", window(MON, "10:00", "10:00")) == [
        ("2026-03-02 10:00", "2026-03-03 10:00")
    ]


def test_adjoining_windows_merge() -> None:
    adjoining = window(MON, "08:00", "12:00"), window(MON, "12:00", "17:00")
    assert opens("UTC", "2026-03-02 00:00", "2026-03-03 00:00", *adjoining) == [
        ("2026-03-02 08:00", "2026-03-02 17:00")
    ]


def test_adjoining_windows_merge_over_midnight() -> None:
    adjoining = window(MON, "20:00", "00:00"), window(TUE, "00:00", "04:00")
    assert opens("UTC", "2026-03-02 00:00", "2026-03-04 00:00", *adjoining) == [
        ("2026-03-02 20:00", "2026-03-03 04:00")
    ]


def test_overlapping_windows_are_open_once() -> None:
    overlapping = window(MON, "08:00", "12:00"), window(MON, "10:00", "14:00")
    assert opens("UTC", "2026-03-02 00:00", "2026-03-03 00:00", *overlapping) == [
        ("2026-03-02 08:00", "2026-03-02 14:00")
    ]


def test_a_window_with_a_break_is_two() -> None:
    with_lunch = window(MON, "08:00", "12:00"), window(MON, "12:01", "17:00")
    assert opens("UTC", "2026-03-02 00:00", "2026-03-03 00:00", *with_lunch) == [
        ("2026-03-02 08:00", "2026-03-02 12:00"),
        ("2026-03-02 12:01", "2026-03-02 17:00"),
    ]


def test_valid_from_and_valid_until_are_inclusive() -> None:
    bounded = window(MON, "08:00", "09:00", valid_from=date(2026, 3, 9), valid_until=date(2026, 3, 16))
    assert opens("UTC", "2026-03-01 00:00", "2026-04-01 00:00", bounded) == [
        ("2026-03-09 08:00", "2026-03-09 09:00"),
        ("2026-03-16 08:00", "2026-03-16 09:00"),
    ]


def test_validity_is_of_the_local_day_on_which_the_window_starts() -> None:
    last_night = window(MON, "22:00", "06:00", valid_until=date(2026, 3, 9))
    assert opens("Pacific/Auckland", "2026-03-08 00:00", "2026-03-20 00:00", last_night) == [
        ("2026-03-09 09:00", "2026-03-09 17:00")  # Monday 22:00 to Tuesday 06:00
    ]


def test_no_windows_open_nothing() -> None:
    assert opens("UTC", "2026-03-02 00:00", "2026-03-09 00:00") == []


# --- The clocks go forward -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edges", "opened_utc"),
    [
        # New York, Sunday 8 March 2026: 02:00 EST is 03:00 EDT, 07:00 UTC.
        (("02:30", "04:00"), [("2026-03-08 07:00", "2026-03-08 08:00")]),
        (("01:00", "02:30"), [("2026-03-08 06:00", "2026-03-08 07:00")]),
        (("02:10", "02:50"), []),
        (("02:00", "03:00"), []),
        (("01:00", "04:00"), [("2026-03-08 06:00", "2026-03-08 08:00")]),
        (("03:00", "04:00"), [("2026-03-08 07:00", "2026-03-08 08:00")]),
    ],
)
def test_an_edge_in_a_spring_gap_moves_to_the_first_valid_instant(
    edges: tuple[str, str], opened_utc: list[tuple[str, str]]
) -> None:
    assert opens("America/New_York", "2026-03-08 00:00", "2026-03-09 00:00", window(SUN, *edges)) == opened_utc


def test_windows_that_meet_in_a_spring_gap_do_not_overlap() -> None:
    before, after = window(SUN, "01:00", "02:30"), window(SUN, "02:30", "04:00")
    span = Interval(at("2026-03-08 00:00"), at("2026-03-09 00:00"))
    [first], [second] = (list(opened([each], ZoneInfo("America/New_York"), span)) for each in (before, after))
    assert first.end == second.start == at("2026-03-08 07:00")


def test_a_night_shift_over_the_spring_change_is_an_hour_shorter() -> None:
    assert opens("America/New_York", "2026-03-07 00:00", "2026-03-09 00:00", window(SAT, "22:00", "06:00")) == [
        ("2026-03-08 03:00", "2026-03-08 10:00")
    ]


def test_a_skipped_midnight_opens_with_the_first_valid_instant() -> None:
    # Havana, Sunday 8 March 2026: 00:00 is 01:00, 05:00 UTC.
    assert opens("America/Havana", "2026-03-07 00:00", "2026-03-10 00:00", window(SUN, "00:00", "02:00")) == [
        ("2026-03-08 05:00", "2026-03-08 06:00")
    ]
    assert opens("America/Havana", "2026-03-07 00:00", "2026-03-10 00:00", window(SAT, "23:00", "00:30")) == [
        ("2026-03-08 04:00", "2026-03-08 05:00")
    ]


def test_a_skipped_day_opens_nothing_of_its_own() -> None:
    # Apia went from Thursday 29 to Saturday 31 December 2011: Friday 30 never was.
    friday, night = window(FRI, "08:00", "18:00"), window(FRI, "22:00", "06:00")
    assert opens("Pacific/Apia", "2011-12-26 00:00", "2012-01-03 00:00", friday) == []
    assert opens("Pacific/Apia", "2011-12-26 00:00", "2012-01-03 00:00", night) == [
        ("2011-12-30 10:00", "2011-12-30 16:00")  # what is left of the night: Saturday 00:00 to 06:00
    ]
    assert opens("Pacific/Apia", "2011-12-26 00:00", "2012-01-03 00:00", window(THU, "22:00", "06:00")) == [
        ("2011-12-30 08:00", "2011-12-30 10:00")  # Thursday 22:00 to the day's end; its morning was skipped
    ]


# --- The clocks go back ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edges", "opened_utc"),
    [
        # New York, Sunday 1 November 2026: 02:00 EDT is 01:00 EST, 06:00 UTC.
        (("01:00", "02:00"), [("2026-11-01 05:00", "2026-11-01 07:00")]),
        (("00:00", "03:00"), [("2026-11-01 04:00", "2026-11-01 08:00")]),
        (("01:30", "03:00"), [("2026-11-01 05:30", "2026-11-01 06:00"), ("2026-11-01 06:30", "2026-11-01 08:00")]),
        (("00:00", "01:30"), [("2026-11-01 04:00", "2026-11-01 05:30"), ("2026-11-01 06:00", "2026-11-01 06:30")]),
        (("01:15", "01:45"), [("2026-11-01 05:15", "2026-11-01 05:45"), ("2026-11-01 06:15", "2026-11-01 06:45")]),
    ],
)
def test_an_hour_that_happens_twice_counts_twice(edges: tuple[str, str], opened_utc: list[tuple[str, str]]) -> None:
    assert opens("America/New_York", "2026-11-01 00:00", "2026-11-02 00:00", window(SUN, *edges)) == opened_utc


def test_a_night_shift_over_the_autumn_change_is_an_hour_longer() -> None:
    assert opens("Pacific/Auckland", "2026-04-03 00:00", "2026-04-06 00:00", window(SAT, "22:00", "06:00")) == [
        ("2026-04-04 09:00", "2026-04-04 18:00")
    ]


def test_a_change_of_half_an_hour_counts_twice_for_half_an_hour() -> None:
    # Lord Howe, Sunday 5 April 2026: 02:00 is 01:30 again, 15:00 UTC.
    assert opens("Australia/Lord_Howe", "2026-04-04 00:00", "2026-04-05 00:00", window(SUN, "01:00", "02:00")) == [
        ("2026-04-04 14:00", "2026-04-04 15:30")
    ]
    # Sunday 4 October 2026: 02:00 is 02:30, 15:30 UTC.
    assert opens("Australia/Lord_Howe", "2026-10-03 00:00", "2026-10-04 00:00", window(SUN, "02:15", "03:00")) == [
        ("2026-10-03 15:30", "2026-10-03 16:00")
    ]


def test_a_midnight_that_happens_twice_counts_its_hour_twice() -> None:
    # Havana, Sunday 1 November 2026: 01:00 is 00:00 again, 05:00 UTC.
    assert opens("America/Havana", "2026-10-31 00:00", "2026-11-02 00:00", window(SUN, "00:00", "01:00")) == [
        ("2026-11-01 04:00", "2026-11-01 06:00")
    ]


def test_where_the_clocks_go_back_over_midnight_the_evening_before_happens_twice() -> None:
    # St John's, 7 November 2010: at 00:01 it is 23:01 on Saturday again, 02:31 UTC.
    both = [("2010-11-07 01:30", "2010-11-07 02:30"), ("2010-11-07 02:31", "2010-11-07 03:30")]
    assert opens("America/St_Johns", "2010-11-06 00:00", "2010-11-08 00:00", window(SAT, "23:00", "00:00")) == both
    first_of_sunday = "2010-11-07 02:30", "2010-11-07 02:31"
    assert opens("America/St_Johns", *first_of_sunday, window(SUN, "00:00", "08:00")) == [first_of_sunday]


# --- Local days ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("UTC", "2026-03-08", "2026-03-08 00:00", 24),
        ("Africa/Nairobi", "2026-03-08", "2026-03-07 21:00", 24),
        ("Asia/Kolkata", "2026-03-08", "2026-03-07 18:30", 24),
        ("America/New_York", "2026-03-08", "2026-03-08 05:00", 23),
        ("America/New_York", "2026-11-01", "2026-11-01 04:00", 25),
        ("Pacific/Auckland", "2026-09-27", "2026-09-26 12:00", 23),
        ("Pacific/Auckland", "2026-04-05", "2026-04-04 11:00", 25),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03 13:30", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04 13:00", 24.5),
        ("America/Havana", "2026-03-08", "2026-03-08 05:00", 23),
        ("America/Havana", "2026-11-01", "2026-11-01 04:00", 25),
        ("Antarctica/Troll", "2026-03-29", "2026-03-29 00:00", 22),
        ("Antarctica/Troll", "2026-10-25", "2026-10-24 22:00", 26),
        ("Pacific/Apia", "2011-12-29", "2011-12-29 10:00", 24),
        ("Pacific/Apia", "2011-12-30", "2011-12-30 10:00", 0),
        ("Pacific/Apia", "2011-12-31", "2011-12-30 10:00", 24),
    ],
)
def test_a_local_day_is_as_long_as_the_clocks_make_it(zone: str, day: str, begins: str, hours: float) -> None:
    this, following = date.fromisoformat(day), date.fromisoformat(day) + DAY
    start = start_of_day(this, ZoneInfo(zone))
    assert shown(start) == begins
    assert start_of_day(following, ZoneInfo(zone)) - start == timedelta(hours=hours)


def test_midnights_are_those_of_the_zone_within_the_span() -> None:
    span = Interval(at("2026-03-07 05:00"), at("2026-03-10 04:00"))
    assert [shown(midnight) for midnight in midnights(ZoneInfo("America/New_York"), span)] == [
        "2026-03-07 05:00",
        "2026-03-08 05:00",
        "2026-03-09 04:00",
    ]
    timeline = Timeline(at("2026-03-07 04:00"), 2 * 24 * 60)
    assert midnight_bits(ZoneInfo("America/New_York"), timeline) == (60, 25 * 60)


def test_a_skipped_day_has_no_midnight_of_its_own() -> None:
    span = Interval(at("2011-12-29 00:00"), at("2012-01-01 00:00"))
    assert [shown(midnight) for midnight in midnights(ZoneInfo("Pacific/Apia"), span)] == [
        "2011-12-29 10:00",
        "2011-12-30 10:00",
        "2011-12-31 10:00",
    ]


def test_days_that_the_calendar_skipped_take_no_time() -> None:
    apia = ZoneInfo("Pacific/Apia")
    thursday, friday, saturday = (date(2011, 12, day) for day in (29, 30, 31))
    assert local_days(friday, friday, apia) is None
    assert local_days(thursday, friday, apia) == Interval(at("2011-12-29 10:00"), at("2011-12-30 10:00"))
    assert local_days(friday, saturday, apia) == Interval(at("2011-12-30 10:00"), at("2011-12-31 10:00"))


def test_a_span_is_cut_where_the_offset_changes() -> None:
    span = Interval(at("2026-03-07 12:34"), at("2026-03-09 00:00"))
    assert offset_periods(ZoneInfo("America/New_York"), span) == [
        (Interval(at("2026-03-07 12:34"), at("2026-03-08 07:00")), timedelta(hours=-5)),
        (Interval(at("2026-03-08 07:00"), at("2026-03-09 00:00")), timedelta(hours=-4)),
    ]


# --- Naive input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("UTC", "2026-03-08 02:30", "2026-03-08 02:30"),
        ("Africa/Nairobi", "2026-03-08 02:30", "2026-03-07 23:30"),
        ("Asia/Kolkata", "2026-03-08 02:30", "2026-03-07 21:00"),
        ("America/New_York", "2026-03-08 01:59", "2026-03-08 06:59"),
        ("America/New_York", "2026-03-08 03:00", "2026-03-08 07:00"),
        ("America/New_York", "2026-11-01 00:59", "2026-11-01 04:59"),
        ("America/New_York", "2026-11-01 02:00", "2026-11-01 07:00"),
        ("Pacific/Auckland", "2026-04-05 03:00", "2026-04-04 15:00"),
    ],
)
def test_a_local_time_that_happens_once_is_an_instant(zone: str, wall: str, instant: str) -> None:
    assert shown(resolve(datetime.fromisoformat(wall), ZoneInfo(zone))) == instant


@pytest.mark.parametrize(
    ("zone", "wall"),
    [
        ("America/New_York", "2026-03-08 02:00"),
        ("America/New_York", "2026-03-08 02:59"),
        ("Pacific/Auckland", "2026-09-27 02:30"),
        ("Australia/Lord_Howe", "2026-10-04 02:29"),
        ("America/Havana", "2026-03-08 00:00"),
        ("Pacific/Apia", "2011-12-30 12:00"),
    ],
)
def test_a_local_time_that_does_not_exist_is_refused(zone: str, wall: str) -> None:
    with pytest.raises(NonExistentLocalTime) as caught:
        resolve(datetime.fromisoformat(wall), ZoneInfo(zone))
    assert str(caught.value) == f"{wall} does not exist in {zone}: the clocks go forward over it."


@pytest.mark.parametrize(
    ("zone", "wall"),
    [
        ("America/New_York", "2026-11-01 01:00"),
        ("America/New_York", "2026-11-01 01:59"),
        ("Pacific/Auckland", "2026-04-05 02:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:30"),
        ("America/Havana", "2026-11-01 00:30"),
    ],
)
def test_a_local_time_that_happens_twice_is_refused(zone: str, wall: str) -> None:
    for fold in (0, 1):  # which of the two a caller's datetime happens to mean changes nothing
        with pytest.raises(AmbiguousLocalTime) as caught:
            resolve(datetime.fromisoformat(wall).replace(fold=fold), ZoneInfo(zone))
        assert str(caught.value) == (
            f"{wall} happens twice in {zone}: the clocks go back over it. Add an offset, such as +00:00."
        )


# --- Held to the plain model -----------------------------------------------------------------------

# Each at a clock change, or at any time where there is none.
PLACES = [
    ("UTC", "2026-03-08"),
    ("Africa/Nairobi", "2026-03-08"),
    ("Asia/Kolkata", "2026-03-08"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Pacific/Auckland", "2026-04-05"),
    ("Pacific/Auckland", "2026-09-27"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("America/Havana", "2026-03-08"),
    ("America/Havana", "2026-11-01"),
    ("America/St_Johns", "2010-11-07"),
    ("Antarctica/Troll", "2026-10-25"),
    ("Pacific/Apia", "2011-12-30"),
]
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
weekdays = st.sampled_from([FRI, SAT, SUN, SUN, MON])  # where the clocks change
windows = st.lists(st.builds(WeeklyWindow, weekdays, times, times), min_size=1, max_size=4)


def test_a_local_time_that_the_clock_shows_twice_is_told() -> None:
    london = ZoneInfo("Europe/London")
    walls = [datetime(2026, 10, 25, 0, minute, tzinfo=UTC).astimezone(london) for minute in (0, 59)]
    walls += [datetime(2026, 10, 25, hour, minute, tzinfo=UTC).astimezone(london) for hour, minute in ((1, 0), (1, 59))]
    edges = [datetime(2026, 10, 24, 23, 59, tzinfo=UTC), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)]
    assert [happens_twice(wall) for wall in walls] == [True] * 4
    assert [happens_twice(edge.astimezone(london)) for edge in edges] == [False] * 2


@settings(max_examples=60)
@given(st.sampled_from(PLACES), windows, st.integers(-2000, 1000), st.integers(1, 3000))
@example(("America/St_Johns", "2010-11-07"), [window(SUN, "00:00", "08:00")], 150, 1)
@example(("America/St_Johns", "2010-11-07"), [window(FRI, "23:30", "23:30")], 151, 60)
def test_open_time_is_what_the_clock_on_the_wall_says(
    place: tuple[str, str], week: list[WeeklyWindow], offset: int, length: int
) -> None:
    zone = ZoneInfo(place[0])
    start = at(place[1]) + timedelta(minutes=offset)
    timeline = Timeline(start, length)
    span = Interval.lasting(start, length)
    found = {timeline.instant(bit) for bit in bits(timeline.filled(opened(week, zone, span)))}
    assert found == plain.open_minutes(week, zone, span.start, span.end)


@pytest.mark.parametrize(("zone", "day"), PLACES)
def test_midnights_are_when_the_wall_calendar_turns(zone: str, day: str) -> None:
    span = Interval(at(day) - 3 * DAY, at(day) + 3 * DAY)
    assert midnights(ZoneInfo(zone), span) == plain.midnights(ZoneInfo(zone), span.start, span.end)
