"""Dates of a rule, with literal UTC answers."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from scheduling.recurrence import BadRule, expand

NEW_YORK = ZoneInfo("America/New_York")
LONDON = ZoneInfo("Europe/London")


def starts(rule: str, first: str, zone: ZoneInfo = NEW_YORK) -> list[str]:
    """The instants, in UTC; of a date that has none, the date."""
    found = expand(rule, datetime.fromisoformat(first), zone)
    return [f"{o.start:%Y-%m-%d %H:%M}" if o.start else f"{o.day} none" for o in found]


def days(rule: str, first: str = "2026-01-30T15:00Z") -> list[str]:
    return [f"{occurrence.day:%m-%d}" for occurrence in expand(rule, datetime.fromisoformat(first), NEW_YORK)]


def refusal(rule: str, first: str = "2026-01-30T15:00Z") -> str:
    with pytest.raises(BadRule) as caught:
        expand(rule, datetime.fromisoformat(first), NEW_YORK)
    return str(caught.value)


# --- Rules -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;COUNT=3", ["01-30", "02-06", "02-13"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=3", ["01-30", "02-13", "02-27"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=4", ["01-30", "02-02", "02-04", "02-06"]),
        ("FREQ=DAILY;COUNT=3", ["01-30", "01-31", "02-01"]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", ["01-30", "02-09", "02-19"]),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=3", ["01-30", "02-02", "02-03"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", ["01-30", "02-27", "03-27"]),
        ("FREQ=MONTHLY;BYDAY=5FR;COUNT=3", ["01-30", "05-29", "07-31"]),
        ("FREQ=MONTHLY;BYDAY=+5FR,2TU;COUNT=3", ["01-30", "02-10", "03-10"]),
        ("FREQ=MONTHLY;BYDAY=FR;COUNT=3", ["01-30", "02-06", "02-13"]),
        ("FREQ=WEEKLY;COUNT=1", ["01-30"]),
        (" rrule:freq=weekly;count=2 ", ["01-30", "02-06"]),
    ],
)
def test_a_rule_names_these_dates(rule: str, expected: list[str]) -> None:
    assert days(rule) == expected


def test_every_second_week_depends_on_the_day_on_which_weeks_begin() -> None:
    # The RFC's own example, section 3.3.10.
    first = "1997-08-05T13:00Z"
    assert days("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", first) == ["08-05", "08-10", "08-19", "08-24"]
    assert days("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", first) == ["08-05", "08-17", "08-19", "08-31"]


def test_months_without_the_day_are_left_out() -> None:
    assert days("FREQ=MONTHLY;COUNT=3", "2026-01-31T15:00Z") == ["01-31", "03-31", "05-31"]


def test_until_is_inclusive_as_a_local_date() -> None:
    assert days("FREQ=WEEKLY;UNTIL=20260213") == ["01-30", "02-06", "02-13"]
    assert days("FREQ=WEEKLY;UNTIL=20260212") == ["01-30", "02-06"]
    # 23:30 on Friday in New York is Saturday in UTC: the local date counts.
    assert starts("FREQ=WEEKLY;UNTIL=20260206", "2026-01-31T04:30Z") == ["2026-01-31 04:30", "2026-02-07 04:30"]


def test_until_is_inclusive_as_an_instant() -> None:
    assert days("FREQ=WEEKLY;UNTIL=20260213T150000Z") == ["01-30", "02-06", "02-13"]
    assert days("FREQ=WEEKLY;UNTIL=20260213T145959Z") == ["01-30", "02-06"]


# --- Clock changes -------------------------------------------------------------------------------------


def test_wall_time_is_kept_when_the_clocks_go_forward() -> None:
    assert starts("FREQ=WEEKLY;COUNT=3", "2026-03-02T15:00Z") == [
        "2026-03-02 15:00",  # 10:00 EST
        "2026-03-09 14:00",  # 10:00 EDT
        "2026-03-16 14:00",
    ]


def test_wall_time_is_kept_when_the_clocks_go_back() -> None:
    assert starts("FREQ=WEEKLY;COUNT=3", "2026-10-26T14:00Z") == [
        "2026-10-26 14:00",  # 10:00 EDT
        "2026-11-02 15:00",  # 10:00 EST
        "2026-11-09 15:00",
    ]


def test_a_date_in_the_gap_has_no_visit_and_says_why() -> None:
    rule, first = "FREQ=WEEKLY;COUNT=3", "2026-03-01T07:30Z"
    assert starts(rule, first) == ["2026-03-01 07:30", "2026-03-08 none", "2026-03-15 06:30"]
    gap = expand(rule, datetime.fromisoformat(first), NEW_YORK)[1]
    assert (gap.day, gap.start) == (date(2026, 3, 8), None)
    assert gap.reason == "2026-03-08 02:30 does not exist in America/New_York: the clocks go forward over it."


def test_a_date_in_the_gap_still_counts_as_one_of_the_dates() -> None:
    assert starts("FREQ=DAILY;UNTIL=20260309", "2026-03-07T07:30Z") == [
        "2026-03-07 07:30",
        "2026-03-08 none",
        "2026-03-09 06:30",
    ]


def test_a_wall_time_that_happens_twice_takes_the_first() -> None:
    assert starts("FREQ=WEEKLY;COUNT=3", "2026-10-25T05:30Z") == [
        "2026-10-25 05:30",  # 01:30 EDT
        "2026-11-01 05:30",  # the first 01:30, EDT
        "2026-11-08 06:30",  # 01:30 EST
    ]


def test_the_first_visit_is_at_its_own_instant_even_in_an_hour_that_happens_twice() -> None:
    assert starts("FREQ=WEEKLY;COUNT=2", "2026-11-01T06:30Z") == ["2026-11-01 06:30", "2026-11-08 06:30"]


def test_until_an_instant_of_the_hour_that_happens_twice() -> None:
    assert starts("FREQ=DAILY;UNTIL=20261101T053000Z", "2026-10-31T05:30Z") == ["2026-10-31 05:30", "2026-11-01 05:30"]
    assert starts("FREQ=DAILY;UNTIL=20261101T052959Z", "2026-10-31T05:30Z") == ["2026-10-31 05:30"]


def test_every_zone_has_its_own_clock_changes() -> None:
    assert starts("FREQ=WEEKLY;COUNT=3", "2026-03-16T10:00Z", LONDON) == [
        "2026-03-16 10:00",
        "2026-03-23 10:00",
        "2026-03-30 09:00",
    ]


# --- Bounds and refusals -------------------------------------------------------------------------------


def test_a_series_has_200_visits_at_most() -> None:
    assert len(days("FREQ=DAILY;COUNT=200")) == 200
    assert len(days("FREQ=DAILY;UNTIL=20260817")) == 200
    assert refusal("FREQ=DAILY;COUNT=201") == "COUNT is a whole number from 1 to 200."
    assert refusal("FREQ=DAILY;UNTIL=20260818") == "A series has 200 visits at most. Let it end earlier."


def test_a_series_ends_within_two_years() -> None:
    assert starts("FREQ=MONTHLY;INTERVAL=12;COUNT=3", "2026-01-30T15:00Z")[-1] == "2028-01-30 15:00"
    assert refusal("FREQ=MONTHLY;INTERVAL=12;COUNT=4") == "A series ends within 2 years. Ask for fewer visits."
    assert days("FREQ=WEEKLY;INTERVAL=52;UNTIL=20280130") == ["01-30", "01-29", "01-28"]
    assert refusal("FREQ=WEEKLY;INTERVAL=52;UNTIL=20280131") == "A series ends within 2 years: by 2028-01-30."
    assert days("FREQ=MONTHLY;INTERVAL=24;COUNT=1", "2028-02-29T15:00Z") == ["02-29"]


UNREADABLE = "Write the rule as in RFC 5545: FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10."
FREQUENCY = "FREQ is DAILY, WEEKLY or MONTHLY: FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10."
NO_END = "Say when it ends: either COUNT, how many visits with the first, or UNTIL, the last date."
UNTIL = "UNTIL is a date, such as 20260630, or a time in UTC, such as 20260630T140000Z."
WEEKDAYS = "BYDAY names weekdays: MO,WE; of a month also the second or the last one: 2TU, -1FR."
ONLY_MONTHLY = "Only a MONTHLY rule counts weekdays, such as 2TU or -1FR."
INTERVAL = "INTERVAL is a whole number from 1 to 732."
COUNT = "COUNT is a whole number from 1 to 200."
PARTS = "A rule is made of FREQ, INTERVAL, BYDAY, WKST, COUNT, UNTIL."
OTHER_DAY = "The first visit has to be on a day of the rule, and 2026-01-30 is a Friday that it leaves out."


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("", UNREADABLE),
        ("every Tuesday", UNREADABLE),
        ("FREQ=WEEKLY;COUNT=3;", UNREADABLE),
        ("FREQ=WEEKLY;COUNT", UNREADABLE),
        ("FREQ=WEEKLY;COUNT=", UNREADABLE),
        ("FREQ=WEEKLY;COUNT=٣", UNREADABLE),
        ("FREQ=WEEKLY\nCOUNT=3", UNREADABLE),
        ("COUNT=3", FREQUENCY),
        ("FREQ=HOURLY;COUNT=3", FREQUENCY),
        ("FREQ=SECONDLY;COUNT=3", FREQUENCY),
        ("FREQ=YEARLY;COUNT=3", FREQUENCY),
        ("FREQ=WEEKLY", NO_END),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20260301", NO_END),
        ("FREQ=WEEKLY;FREQ=DAILY;COUNT=3", "FREQ is given twice."),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1;COUNT=3", f"BYSETPOS is not understood here. {PARTS}"),
        ("FREQ=DAILY;BYHOUR=1,2,3;COUNT=3", f"BYHOUR is not understood here. {PARTS}"),
        ("FREQ=WEEKLY;COUNT=0", COUNT),
        ("FREQ=WEEKLY;COUNT=-1", COUNT),
        ("FREQ=WEEKLY;COUNT=1.5", COUNT),
        ("FREQ=WEEKLY;COUNT=99999999999999999999", COUNT),
        ("FREQ=WEEKLY;COUNT=3;INTERVAL=0", INTERVAL),
        ("FREQ=WEEKLY;COUNT=3;INTERVAL=733", INTERVAL),
        ("FREQ=WEEKLY;COUNT=3;BYDAY=XX", WEEKDAYS),
        ("FREQ=WEEKLY;COUNT=3;BYDAY=FR,", WEEKDAYS),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=0FR", WEEKDAYS),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=6FR", WEEKDAYS),
        ("FREQ=WEEKLY;COUNT=3;BYDAY=1FR", ONLY_MONTHLY),
        ("FREQ=DAILY;COUNT=3;BYDAY=-1FR", ONLY_MONTHLY),
        ("FREQ=WEEKLY;COUNT=3;WKST=1", "WKST is the day on which a week begins: MO, TU, WE, TH, FR, SA or SU."),
        ("FREQ=WEEKLY;UNTIL=20260231", UNTIL),
        ("FREQ=WEEKLY;UNTIL=2026-03-01", UNTIL),
        ("FREQ=WEEKLY;UNTIL=20260301T100000", UNTIL),  # local time: the RFC wants UTC where DTSTART has a zone
        ("FREQ=WEEKLY;UNTIL=99991231T235959Z", UNTIL),
        ("FREQ=WEEKLY;UNTIL=00010101", UNTIL),
        ("FREQ=WEEKLY;UNTIL=20260129", "UNTIL is before the first visit."),
        ("FREQ=WEEKLY;UNTIL=20260130T145959Z", "UNTIL is before the first visit."),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", OTHER_DAY),
        ("FREQ=MONTHLY;BYDAY=4FR,-2FR,5TU;COUNT=3", OTHER_DAY),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO;COUNT=3", OTHER_DAY),  # it would never match
        ("FREQ=WEEKLY;COUNT=3;BYDAY=" + ",".join(["FR"] * 90), "A rule has 255 characters at most."),
    ],
)
def test_what_cannot_be_followed_is_refused_in_words(rule: str, sentence: str) -> None:
    assert refusal(rule) == sentence


def test_the_zone_of_the_first_visit_does_not_matter() -> None:
    first = datetime(2026, 3, 2, 15, tzinfo=UTC)
    rule = "FREQ=WEEKLY;COUNT=3"
    assert expand(rule, first.astimezone(LONDON), NEW_YORK) == expand(rule, first, NEW_YORK)
