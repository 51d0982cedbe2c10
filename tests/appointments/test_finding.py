"""Finding a time: by type, weekday, part of the day; the lighter day first; and what is listed books, nothing else."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from appointments import holds, occupancy, services
from appointments.finding import Edge, Search, find_slots
from clinics.models import Holiday, Location, LocationException
from clinics.services import open_location
from common.errors import Refused
from common.transactions import atomic
from doctors.models import Doctor
from scheduling.intervals import DAY, MINUTE, Interval
from tests.factories import (
    NOW,
    at,
    book,
    close,
    extra_clinic,
    make_doctor,
    make_patient,
    make_room,
    make_type,
    set_hours,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NumQueries = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Interval]:
    """The stretches of time in which searches among many have asked what is taken, in order."""
    spans: list[Interval] = []
    stretches = occupancy.stretches

    def noted(key: str, owners: Any, span: Interval, **asked: Any) -> Any:
        spans.append(span)
        return stretches(key, owners, span, **asked)

    monkeypatch.setattr(occupancy, "stretches", noted)
    return spans


@pytest.fixture
def doctor() -> Doctor:
    """Is there at nine, at noon and at five each day, for half an hour."""
    doctor = make_doctor()
    set_hours(
        doctor, *(f"{day} {hours}" for day in EVERY_DAY for hours in ("09:00-09:30", "12:00-12:30", "17:00-17:30"))
    )
    return doctor


def starts(*doctors: Doctor, since: Edge = MONDAY, until: Edge = MONDAY, **asked: Any) -> list[str]:
    found = find_slots(Search(doctors, **{"since": since, "until": until, "now": NOW, "limit": 1000, **asked}))
    return [f"{slot.start:%d %H:%M}" for slot in found]


# --- What is asked ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "expected"), [("morning", ["02 09:00"]), ("afternoon", ["02 12:00"]), ("evening", ["02 17:00"])]
)
def test_a_part_of_the_day_begins_where_the_one_before_ends(doctor: Doctor, part: str, expected: list[str]) -> None:
    assert starts(doctor, part_of_day=part) == expected


def test_a_part_of_the_day_is_local_time() -> None:
    nairobi = open_location(name="Nairobi", time_zone="Africa/Nairobi")
    doctor = make_doctor()
    set_hours(doctor, "mon 11:30-12:30", location=nairobi)
    assert starts(doctor, part_of_day="morning") == ["02 08:30"]
    assert starts(doctor, part_of_day="afternoon") == ["02 09:00"]


def test_weekdays_are_local_days_of_the_start() -> None:
    auckland = open_location(name="Auckland", time_zone="Pacific/Auckland")
    doctor = make_doctor()
    set_hours(doctor, "mon 23:30-00:30", "tue 09:00-09:30", location=auckland)
    asked = {"since": MONDAY, "until": date(2026, 3, 4)}
    assert starts(doctor, **asked, weekdays=frozenset({0})) == ["02 10:30"]  # Monday 23:30 NZDT
    assert starts(doctor, **asked, weekdays=frozenset({1})) == ["02 11:00", "02 20:00"]


def test_weekdays_and_the_part_of_the_day_narrow_together(doctor: Doctor) -> None:
    until = date(2026, 3, 15)
    asked = {"weekdays": frozenset({1, 3}), "part_of_day": "morning"}
    assert starts(doctor, until=until, **asked) == ["03 09:00", "05 09:00", "10 09:00", "12 09:00"]


def test_not_before_days_counts_local_days_from_today(doctor: Doctor) -> None:
    until = date(2026, 3, 5)
    assert starts(doctor, until=until, not_before_days=3, part_of_day="morning") == ["05 09:00"]
    assert starts(doctor, until=until, not_before_days=0, part_of_day="morning")[0] == "02 09:00"
    Location.objects.update(time_zone="America/Los_Angeles")  # where it is Sunday still
    assert starts(doctor, until=until, not_before_days=1, part_of_day="morning")[0] == "02 17:00"


def test_a_type_brings_its_length_its_notice_and_its_horizon(doctor: Doctor) -> None:
    quick = make_type(duration_minutes=15, minimum_notice_minutes=195, booking_horizon_days=1)
    assert starts(doctor, until=date(2026, 3, 9), appointment_type=quick) == [
        "02 09:15",
        "02 12:00",
        "02 12:15",
        "02 17:00",
        "02 17:15",
        "03 09:00",
        "03 09:15",
        "03 12:00",
        "03 12:15",
        "03 17:00",
        "03 17:15",
    ]
    assert starts(doctor, appointment_type=quick, minutes=30) == ["02 12:00", "02 17:00"]


def test_holidays_and_closures_are_left_out(doctor: Doctor) -> None:
    Holiday.objects.create(date=MONDAY, name="Founders' day")
    place = Location.objects.default()
    LocationException.objects.create(
        location=place, kind="open", start=at("2026-03-02 12:00"), end=at("2026-03-02 18:00")
    )
    LocationException.objects.create(
        location=place, kind="closed", start=at("2026-03-02 17:00"), end=at("2026-03-02 17:01")
    )
    assert starts(doctor) == ["02 12:00"]


# --- Ties ------------------------------------------------------------------------------------------


def test_at_one_time_the_doctor_with_the_lighter_day_comes_first() -> None:
    busy, light, lightest = make_doctor(), make_doctor(), make_doctor()
    for doctor in (busy, light, lightest):
        set_hours(doctor, "mon 09:00-12:00", "tue 09:00-09:30")
    for start in ("10:00", "10:30"):
        book(f"2026-03-02 {start}", doctor=busy)
    book("2026-03-02 11:00", doctor=light)
    for number in range(9, 12):  # another day does not count
        book(f"2026-03-03 {number:02}:00", doctor=lightest, override=True, reason="Full")
    found = find_slots(Search([busy, light, lightest], MONDAY, MONDAY, now=NOW, limit=4))
    assert [slot.doctor for slot in found] == [lightest, light, busy, lightest]


def test_a_limit_of_one_gives_the_lighter_of_two() -> None:
    busy, light = make_doctor(), make_doctor()
    book("2026-03-03 17:00", doctor=busy)
    [slot] = find_slots(Search([busy, light], date(2026, 3, 3), date(2026, 3, 20), now=NOW, limit=1))
    assert (slot.doctor, slot.start) == (light, at("2026-03-03 08:00"))


def test_a_cancelled_visit_makes_no_day_heavier() -> None:
    first, second = make_doctor(), make_doctor()
    services.cancel(book("2026-03-02 15:00", doctor=first))
    [slot] = find_slots(Search([first, second], MONDAY, MONDAY, now=NOW, limit=1))
    assert slot.doctor == first


# --- Queries ---------------------------------------------------------------------------------------


def test_the_first_available_looks_no_further_than_it_must(django_assert_num_queries: NumQueries) -> None:
    doctor = make_doctor()
    search = Search([doctor], MONDAY, MONDAY + 61 * DAY, now=NOW, limit=1)
    with django_assert_num_queries(1):
        [near] = find_slots(search)
    assert near.start == at("2026-03-02 08:00")
    close(doctor, "2026-03-02", "2026-04-20")
    with django_assert_num_queries(3):  # the next 3 days first, then 12 more, then 48
        [far] = find_slots(search)
    assert far.start == at("2026-04-20 08:00")


@pytest.mark.parametrize(
    ("free_from", "queries"), [("2026-03-02", 2), ("2026-03-03", 4), ("2026-03-20", 8)]
)  # half a day, then two days, eight, and thirty-two
def test_among_many_it_looks_at_half_a_day_first(
    free_from: str, queries: int, django_assert_num_queries: NumQueries
) -> None:
    doctors = [make_doctor() for _ in range(20)]
    if free_from != "2026-03-02":
        for doctor in doctors:
            close(doctor, "2026-03-02", free_from)
    book(f"{free_from} 15:00", doctor=doctors[0])  # whose day is the heavier one
    search = Search(doctors, MONDAY, MONDAY + 61 * DAY, now=NOW, limit=1)
    with django_assert_num_queries(queries):
        found = find_slots(search)
    assert [(slot.start, slot.doctor) for slot in found] == [(at(f"{free_from} 08:00"), doctors[1])]
    everything = find_slots(replace(search, limit=1000))
    assert everything[0] == found[0]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (
            "2026-03-02 12:30",
            "2026-03-03 00:30",
        ),  # the last visit before midnight: half a day would read all of Tuesday
        ("2026-03-02 20:00", "2026-03-04 00:30"),  # midnight is too near
    ],
)
def test_among_many_it_reads_no_other_day_than_it_must(now: str, until: str, read: list[Interval]) -> None:
    doctors = [make_doctor() for _ in range(20)]
    find_slots(Search(doctors, MONDAY, MONDAY + 61 * DAY, now=at(now), limit=1))
    assert read[0] == Interval(at("2026-03-02 00:00"), at(until))


def test_where_it_goes_on_it_reads_no_day_again(read: list[Interval]) -> None:
    doctors = [make_doctor() for _ in range(20)]
    for doctor in doctors:
        close(doctor, "2026-03-02", "2026-03-10")
    find_slots(Search(doctors, MONDAY, MONDAY + 61 * DAY, now=NOW, limit=1))
    edges = ["2026-03-02", "2026-03-03", "2026-03-05", "2026-03-13"]
    longest = timedelta(minutes=30)
    assert read == [Interval(at(f"{a} 00:00"), at(f"{b} 00:00") + longest) for a, b in pairwise(edges)]


@pytest.mark.parametrize(("doctors", "queries"), [(1, 2), (20, 8)])
def test_what_is_found_by_several_looks_is_what_one_look_finds(
    doctors: int, queries: int, django_assert_num_queries: NumQueries
) -> None:
    known = [make_doctor() for _ in range(doctors)]
    for doctor in known:
        set_hours(doctor, "mon 08:00-09:00")
    search = Search(known, MONDAY, MONDAY + 61 * DAY, now=NOW, limit=5, once=True)
    with django_assert_num_queries(queries):
        found = find_slots(search)
    assert [f"{slot.start:%m-%d %H:%M}" for slot in found] == [
        "03-02 08:00",
        "03-02 08:30",
        "03-09 08:00",
        "03-09 08:30",
        "03-16 08:00",
    ]
    assert found == find_slots(replace(search, limit=1000))[:5]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/New_York"])
def test_among_many_a_search_from_a_date_begins_with_that_day(zone: str, django_assert_num_queries: NumQueries) -> None:
    Location.objects.update(time_zone=zone)
    doctors = [make_doctor() for _ in range(20)]
    tuesday = date(2026, 3, 10)
    with django_assert_num_queries(2):  # one look: the hours, and what is taken
        [found] = find_slots(Search(doctors, tuesday, tuesday + 14 * DAY, now=NOW, limit=1))
    assert found.start == datetime.combine(tuesday, time(8), ZoneInfo(zone))


def test_few_are_found_beyond_the_next_days_too(doctor: Doctor) -> None:
    asked = {"until": date(2026, 3, 10), "part_of_day": "morning"}
    assert starts(doctor, limit=5, **asked) == starts(doctor, **asked)[:5]
    assert len(starts(doctor, limit=5, **asked)) == 5


@pytest.mark.parametrize(("doctors", "days", "queries"), [(1, 31, 3), (3, 31, 3), (50, 14, 4)])
def test_types_rooms_holidays_and_holds_cost_a_fixed_number_of_queries(
    doctors: int, days: int, queries: int, django_assert_num_queries: NumQueries
) -> None:
    asked = [make_doctor() for _ in range(doctors)]
    scan = make_type(room_kind="mri", buffer_after_minutes=10, minimum_notice_minutes=60, booking_horizon_days=90)
    for number in range(doctors):
        make_room("mri")
        Holiday.objects.create(date=date(2026, 3, 2) + timedelta(days=7 * number), name="Closed")
    for doctor in asked:
        close(doctor, "2026-03-04 10:00", "2026-03-04 12:00")
        book("2026-03-03 10:00", doctor=doctor, appointment_type=scan)
        holds.hold(doctor=doctor, start=at("2026-03-03 11:00"), appointment_type=scan)
    until = MONDAY + timedelta(days=days - 1)
    # Hours, exceptions, closures, holidays, visits, holds; the rooms, their visits, their holds.
    with django_assert_num_queries(queries):
        found = find_slots(Search(asked, MONDAY, until, now=NOW, limit=100_000, appointment_type=scan))
    assert {slot.doctor for slot in found} == set(asked)


# --- What is listed books, and nothing else --------------------------------------------------------

quarters = st.integers(0, 40).map(lambda number: at("2026-03-02 07:00") + number * 15 * MINUTE)
lengths = st.sampled_from([15, 30, 45, 60])


class Refuse(Exception):
    """Takes a booking back."""


def books(doctor: Doctor, start: Any, **asked: Any) -> bool:
    """Whether a booking is accepted, which is then taken back."""

    @atomic
    def attempt() -> None:
        services.book(doctor=doctor, patient=make_patient(), start=start, **asked)
        raise Refuse

    try:
        attempt()
    except Refused:
        return False
    except Refuse:
        return True
    raise AssertionError("unreachable")


@settings(
    max_examples=8,
    phases=[Phase.generate],  # to shrink a failure takes minutes here
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_every_listed_start_books_and_no_other_on_the_grid_does(data: st.DataObject) -> None:
    @atomic
    def in_a_clinic_of_its_own() -> None:
        draw = data.draw
        doctor, other = make_doctor(), make_doctor()
        set_hours(doctor, "mon 08:00-12:00", "mon 13:00-17:00")
        make_room("mri")
        plain = make_type(room_kind="mri")
        kinds = [
            make_type(
                duration_minutes=draw(lengths),
                buffer_before_minutes=draw(st.sampled_from([0, 10, 20])),
                buffer_after_minutes=draw(st.sampled_from([0, 15, 25])),
                minimum_notice_minutes=draw(st.sampled_from([0, 150, 240])),
                booking_horizon_days=draw(st.sampled_from([None, 0, 7])),
                room_kind=draw(st.sampled_from(["mri", "mri", ""])),
            )
            for _ in range(2)
        ]
        for start in draw(st.lists(quarters, min_size=4, max_size=8)):
            whose, kind = draw(st.sampled_from([doctor, other])), draw(st.sampled_from([None, plain, *kinds]))
            try:
                if draw(st.booleans()):
                    services.book(doctor=whose, patient=make_patient(), start=start, appointment_type=kind)
                else:
                    holds.hold(doctor=whose, start=start, appointment_type=kind)
            except Refused:
                pass
        for kind, closing in ((close, st.booleans()), (extra_clinic, st.booleans())):
            if draw(closing):
                first = draw(quarters)
                kind(doctor, first.isoformat(), (first + 45 * MINUTE).isoformat())
        asked = draw(st.sampled_from(kinds))
        search = Search([doctor], MONDAY, MONDAY, now=NOW, limit=1000, step=15, appointment_type=asked)
        listed = {slot.start for slot in find_slots(search)}
        every = [at("2026-03-02 06:15") + number * 15 * MINUTE for number in range(48)]
        # The grid begins anew after an exception; its edges lie on quarters of an hour here, as everything does.
        assert [start for start in every if books(doctor, start, appointment_type=asked)] == sorted(listed)
        raise Refuse

    with pytest.raises(Refuse):
        in_a_clinic_of_its_own()


def test_a_slot_is_as_long_as_the_visit_it_becomes(doctor: Doctor) -> None:
    quick = make_type(duration_minutes=15)
    [slot] = find_slots(Search([doctor], MONDAY, MONDAY, now=NOW, limit=1, appointment_type=quick))
    visit = book(slot.start.isoformat(), doctor=doctor, appointment_type=quick)
    assert Interval(slot.start, slot.end) == visit.interval


def test_a_search_weighs_those_only_who_can_begin_at_the_time(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    weighed: list[int] = []
    count = occupancy.Loads.__missing__
    monkeypatch.setattr(
        occupancy.Loads, "__missing__", lambda self, doctor: weighed.append(doctor) or count(self, doctor)
    )
    there = open_location(name="There", time_zone="UTC")
    here = [make_doctor(), make_doctor()]
    for doctor in (make_doctor(), make_doctor()):
        set_hours(doctor, "tue 08:00-18:00", location=there)
    search = Search(list(Doctor.objects.all()), since=NOW, until=NOW + 2 * DAY, now=NOW, limit=1)
    assert [slot.doctor for slot in find_slots(search)] == here[:1]
    assert weighed == [doctor.pk for doctor in here]


def test_of_several_who_are_free_at_one_time_the_first_alone_is_listed_where_one_is_enough(db: None) -> None:
    busy, idle = make_doctor(), make_doctor()
    book("2026-03-02 09:00", doctor=busy)
    search = Search([busy, idle], since=NOW, until=NOW + DAY, now=NOW, limit=3)
    assert [slot.doctor for slot in find_slots(replace(search, once=True))] == [idle, idle, idle]
    assert [slot.doctor for slot in find_slots(search)] == [idle, busy, idle]
