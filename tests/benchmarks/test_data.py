"""The clinics that speed is measured in: without overlaps, always the same."""

from collections import Counter
from datetime import date, timedelta

from benchmarks.data import slots, visits

TODAY = date(2026, 3, 2)


def test_nobody_is_at_two_places_at_once() -> None:
    made = list(visits(300, 200, 40_000, TODAY))
    assert max(Counter((doctor, start) for _, doctor, start in made).values()) == 1
    assert max(Counter((patient, start) for patient, _, start in made).values()) == 1


def test_the_same_numbers_give_the_same_clinic() -> None:
    assert list(visits(30, 5, 500, TODAY)) == list(visits(30, 5, 500, TODAY))


def test_visits_leave_every_other_half_hour_free_but_on_days_booked_out() -> None:
    assert [slots(3, 4, count) for count in (0, 2, 10)] == [[], [6, 8], [6, 8, 10, 12, 14, 16, 18, 0, 2, 4]]
    assert sorted(slots(3, 4, 20)) == list(range(20))


def test_visits_come_in_the_order_of_days_from_four_years_back_to_one_ahead() -> None:
    days = [start.date() for _, _, start in visits(30, 5, 5_000, TODAY)]
    assert days == sorted(days)
    assert days[0] - TODAY < -timedelta(days=4 * 364)
    assert days[-1] - TODAY > timedelta(days=363)
