"""Which slots are left by the visits, and which of them were asked for."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from appointments import services
from appointments.finding import Search, find_slots
from appointments.models import Appointment
from clinics.models import Location
from clinics.services import open_location
from doctors.models import Doctor
from patients.models import Patient
from tests.appointments.availability.asking import MONDAY, TUESDAY, starts
from tests.factories import NOW, at, book, close, make_doctor, make_patient, set_hours

pytestmark = pytest.mark.django_db
NumQueries = Callable[[int], AbstractContextManager[Any]]


# --- Visits ----------------------------------------------------------------------------------------


def test_a_booked_time_is_no_slot(doctor: Doctor) -> None:
    book("2026-03-02 09:30", doctor=doctor)
    assert starts(doctor) == ["09:00", "10:00", "10:30"]


def test_a_visit_off_the_grid_takes_both_slots_that_it_touches(doctor: Doctor) -> None:
    book("2026-03-02 09:15", doctor=doctor)
    assert starts(doctor) == ["10:00", "10:30"]


def test_a_cancelled_or_missed_visit_gives_its_time_back(doctor: Doctor) -> None:
    services.cancel(book("2026-03-02 09:00", doctor=doctor))
    services.mark_no_show(book("2026-03-02 09:30", doctor=doctor))
    assert starts(doctor) == ["09:00", "09:30", "10:00", "10:30"]


def test_a_completed_visit_still_takes_its_time(doctor: Doctor) -> None:
    services.complete(book("2026-03-02 09:00", doctor=doctor))
    assert starts(doctor) == ["09:30", "10:00", "10:30"]


def test_a_visit_with_seconds_takes_each_minute_that_it_touches(doctor: Doctor) -> None:
    book("2026-03-02 09:29:30", doctor=doctor, duration_minutes=1)
    assert starts(doctor, minutes=15) == ["09:00", "09:45", "10:00", "10:15", "10:30", "10:45"]


def test_a_visit_that_began_before_the_search_is_seen(doctor: Doctor) -> None:
    book("2026-03-02 09:00", doctor=doctor, duration_minutes=60)
    assert starts(doctor, since=at("2026-03-02 09:30"), until=at("2026-03-02 11:00")) == ["10:00", "10:30"]


def test_another_doctors_visits_do_not_count(doctor: Doctor) -> None:
    book("2026-03-02 09:00")
    assert starts(doctor) == ["09:00", "09:30", "10:00", "10:30"]


# --- What is asked ---------------------------------------------------------------------------------


def test_slots_start_in_the_future(doctor: Doctor) -> None:
    assert starts(doctor, now=at("2026-03-02 09:29:59")) == ["09:30", "10:00", "10:30"]
    assert starts(doctor, now=at("2026-03-02 09:30")) == ["10:00", "10:30"]
    assert starts(doctor, now=at("2026-03-02 09:30:01")) == ["10:00", "10:30"]
    assert starts(doctor, now=at("2026-03-02 10:30:00")) == []


def test_the_present_does_not_move_the_grid(doctor: Doctor) -> None:
    assert starts(doctor, since=at("2026-03-02 09:10"), until=TUESDAY, now=at("2026-03-02 09:10")) == [
        "09:30",
        "10:00",
        "10:30",
    ]


def test_instants_bound_the_whole_slot(doctor: Doctor) -> None:
    assert starts(doctor, since=at("2026-03-02 09:30"), until=at("2026-03-02 10:30")) == ["09:30", "10:00"]
    assert starts(doctor, since=at("2026-03-02 09:31"), until=at("2026-03-02 10:29")) == []
    assert starts(doctor, since=at("2026-03-02 09:29:30"), until=at("2026-03-02 10:00")) == ["09:30"]


def test_dates_are_local_days_of_the_location(auckland: Location) -> None:
    doctor = make_doctor()
    set_hours(doctor, "mon 00:00-00:30", "mon 23:30-00:00", "tue 00:00-00:30", location=auckland)
    # Monday 2 March in Auckland is Sunday 11:00 UTC to Monday 11:00 UTC.
    asked = {"now": at("2026-03-01 00:00"), "since": MONDAY, "until": MONDAY}
    assert starts(doctor, **asked) == ["03-01 11:00", "10:30"]
    assert starts(doctor, **asked | {"since": TUESDAY, "until": TUESDAY}) == ["11:00"]


def test_a_date_across_a_clock_change_is_its_whole_local_day() -> None:
    new_york = open_location(name="New York", time_zone="America/New_York")
    doctor = make_doctor(default_duration_minutes=60)
    set_hours(doctor, "sun 00:00-00:00", location=new_york)
    spring = find_slots(Search([doctor], since=date(2026, 3, 8), until=date(2026, 3, 8), now=NOW, limit=99))
    autumn = find_slots(Search([doctor], since=date(2026, 11, 1), until=date(2026, 11, 1), now=NOW, limit=99))
    assert (len(spring), spring[0].start, spring[-1].end) == (23, at("2026-03-08 05:00"), at("2026-03-09 04:00"))
    assert (len(autumn), autumn[0].start, autumn[-1].end) == (25, at("2026-11-01 04:00"), at("2026-11-02 05:00"))


def test_a_range_that_is_past_or_upside_down_has_no_slots(doctor: Doctor) -> None:
    assert starts(doctor, since=date(2025, 3, 3), until=date(2025, 3, 3)) == []
    assert starts(doctor, since=TUESDAY, until=MONDAY) == []
    assert starts(doctor, since=datetime(1, 1, 1, tzinfo=UTC), until=datetime(1, 1, 2, tzinfo=UTC)) == []
    assert starts(doctor, since=datetime(1, 1, 1, tzinfo=UTC), until=at("2026-03-02 10:00")) == ["09:00", "09:30"]


def test_across_doctors_the_earliest_comes_first_then_the_lowest_id() -> None:
    one, other, third = make_doctor(full_name="Zulu"), make_doctor(full_name="Alpha"), make_doctor(full_name="Mike")
    set_hours(one, "mon 09:00-10:00")
    set_hours(other, "mon 09:00-10:00")
    set_hours(third, "mon 08:45-09:45")
    found = find_slots(Search([third, other, one], since=MONDAY, until=MONDAY, now=NOW, limit=99))
    assert [(f"{slot.start:%H:%M}", slot.doctor.full_name) for slot in found] == [
        ("08:45", "Mike"),
        ("09:00", "Zulu"),
        ("09:00", "Alpha"),
        ("09:15", "Mike"),
        ("09:30", "Zulu"),
        ("09:30", "Alpha"),
    ]


def test_a_limit_gives_the_first_ones(doctor: Doctor) -> None:
    assert starts(doctor, limit=3) == ["09:00", "09:30", "10:00"]


@pytest.mark.parametrize("hours_back", range(0, 72, 5))
def test_a_round_the_clock_grid_does_not_depend_on_where_the_search_begins(doctor: Doctor, hours_back: int) -> None:
    set_hours(doctor, *(f"{day} 10:00-10:00" for day in ("sun", "mon", "tue", "wed", "thu", "fri", "sat")))
    close(doctor, "2026-03-08 03:10", "2026-03-08 03:20")  # Sunday: its grid begins anew at 03:20
    midnight, noon = at("2026-03-11 00:00"), at("2026-03-11 12:00")
    since = noon - timedelta(hours=hours_back)
    found = find_slots(Search([doctor], since=since, until=noon, now=NOW, minutes=100, limit=1000))
    grid = [midnight + timedelta(minutes=100 * number) for number in range(7)]
    assert [slot.start for slot in found if slot.start >= midnight] == [start for start in grid if start >= since]


def test_the_grid_of_the_longest_day_is_settled_in_its_last_hour(doctor: Doctor) -> None:
    troll = open_location(name="Troll", time_zone="Antarctica/Troll")
    set_hours(doctor, *(f"{day} 00:00-00:00" for day in ("fri", "sat", "sun", "mon")), location=troll)
    # Sunday 25 October 2026 has 26 hours there, from Saturday 22:00 UTC: its sixteenth start is 25 hours later.
    asked = {"since": at("2026-10-25 23:00"), "until": at("2026-10-26 00:00")}
    assert starts(doctor, **asked, minutes=30, step=100) == ["10-25 23:00"]


# --- Queries ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("doctors", "days", "queries"), [(1, 31, 1), (19, 14, 1), (20, 14, 2), (50, 14, 2)])
def test_slots_of_few_doctors_take_one_query_and_of_many_two_however_many_days(
    doctors: int, days: int, queries: int, django_assert_num_queries: NumQueries
) -> None:
    asked = [make_doctor() for _ in range(doctors)]
    patient = make_patient()
    for number, doctor in enumerate(asked):
        close(doctor, "2026-03-04 10:00", "2026-03-04 12:00")
        fill(doctor, patient, number * 20, 20)
    # Hours with their locations, exceptions, the locations' exceptions, holidays, visits, holds.
    with django_assert_num_queries(queries):
        found = find_slots(Search(asked, since=MONDAY, until=MONDAY + timedelta(days=days - 1), now=NOW, limit=100_000))
    assert {slot.doctor for slot in found} == set(asked)


@pytest.mark.parametrize("visits", [1, 300])
def test_booking_takes_the_same_queries_however_many_visits_there_are(
    visits: int, django_assert_num_queries: NumQueries
) -> None:
    doctor, patient = make_doctor(), make_patient()
    fill(doctor, patient, 0, visits)
    with django_assert_num_queries(7):
        services.book(doctor=doctor, patient=patient, start=at("2026-03-03 10:00"))


def fill(doctor: Doctor, patient: Patient, first: int, number: int) -> None:
    """Visits of a quarter of an hour in the year before."""
    begin = at("2025-01-06 00:00")
    Appointment.objects.bulk_create(
        Appointment(
            doctor=doctor,
            patient=patient,
            location=Location.objects.default(),
            start=begin + timedelta(minutes=15 * each),
            end=begin + timedelta(minutes=15 * each + 15),
        )
        for each in range(first, first + number)
    )
