"""What GET /api/slots/ answers, in which order, and with how many queries."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from rest_framework.test import APIClient

from clinics.models import Location
from doctors import services as doctor_services
from doctors.models import Doctor
from tests.api.slots.asking import ask, starts
from tests.factories import book, close, make_doctor, make_room, make_type, set_hours

pytestmark = pytest.mark.django_db
NumQueries = Callable[[int], AbstractContextManager[Any]]


def test_slots_are_listed_earliest_first_across_doctors(api: APIClient, doctor: Doctor) -> None:
    other = make_doctor(full_name="Achieng Otieno")
    set_hours(other, "mon 09:30-10:00")
    place = Location.objects.default().pk
    one = {"doctor": doctor.pk, "doctor_name": "Wanjiru Mwangi", "location": place}
    assert ask(api, since="2026-03-02", until="2026-03-02") == {
        "results": [
            {**one, "start": "2026-03-02T09:00:00Z", "end": "2026-03-02T09:30:00Z"},
            {**one, "start": "2026-03-02T09:30:00Z", "end": "2026-03-02T10:00:00Z"},
            {
                "doctor": other.pk,
                "doctor_name": "Achieng Otieno",
                "location": place,
                "start": "2026-03-02T09:30:00Z",
                "end": "2026-03-02T10:00:00Z",
            },
            {**one, "start": "2026-03-02T10:00:00Z", "end": "2026-03-02T10:30:00Z"},
        ],
        "more": False,
    }


def test_without_a_range_the_next_fourteen_days_are_meant(api: APIClient, doctor: Doctor) -> None:
    set_hours(doctor, "mon 05:00-05:30", "mon 07:00-07:30")
    # It is Monday, six o'clock; the third Monday at 05:00 is still within fourteen days.
    assert starts(api) == [
        "2026-03-02T07:00:00Z",
        "2026-03-09T05:00:00Z",
        "2026-03-09T07:00:00Z",
        "2026-03-16T05:00:00Z",
    ]
    assert starts(api, since="2026-03-03") == [
        "2026-03-09T05:00:00Z",
        "2026-03-09T07:00:00Z",
        "2026-03-16T05:00:00Z",
        "2026-03-16T07:00:00Z",
    ]
    assert starts(api, since="2026-03-02T05:00:00Z")[-1] == "2026-03-09T07:00:00Z"


def test_at_one_time_the_doctor_with_the_lighter_day_is_listed_first(api: APIClient) -> None:
    busy, light = make_doctor(), make_doctor()
    book("2026-03-02 15:00", doctor=busy)
    [slot] = ask(api, limit=1)["results"]
    assert (slot["doctor"], slot["start"]) == (light.pk, "2026-03-02T08:00:00Z")


def test_a_limit_of_one_is_the_first_available(api: APIClient, doctor: Doctor) -> None:
    book("2026-03-02 09:00", doctor=doctor)
    answer = ask(api, limit=1)
    assert [slot["start"] for slot in answer["results"]] == ["2026-03-02T09:30:00Z"]
    assert answer["more"] is True


def test_more_says_whether_the_limit_cut_something_off(api: APIClient, doctor: Doctor) -> None:
    asked = {"since": "2026-03-02", "until": "2026-03-02"}
    assert ask(api, **asked, limit=2)["more"] is True
    assert ask(api, **asked, limit=3)["more"] is False


def test_duration_and_step_are_minutes(api: APIClient, doctor: Doctor) -> None:
    day = {"since": "2026-03-02", "until": "2026-03-02"}
    assert starts(api, **day, duration=45) == ["2026-03-02T09:00:00Z", "2026-03-02T09:45:00Z"]
    assert starts(api, **day, duration=70, step=10) == [
        "2026-03-02T09:00:00Z",
        "2026-03-02T09:10:00Z",
        "2026-03-02T09:20:00Z",
    ]


def test_a_deactivated_doctor_has_no_slots(api: APIClient, doctor: Doctor) -> None:
    doctor_services.deactivate(doctor)
    assert ask(api) == ask(api, doctor=doctor.pk) == {"results": [], "more": False}


def test_a_doctor_on_leave_throughout_has_no_slots(api: APIClient, doctor: Doctor) -> None:
    close(doctor, "2026-01-01", "2027-01-01")
    assert ask(api) == {"results": [], "more": False}


def test_a_past_range_has_no_slots(api: APIClient, doctor: Doctor) -> None:
    assert starts(api, since="2025-03-03", until="2025-03-03") == []
    assert starts(api, since="1900-01-02T00:00:00Z", until="1900-01-03T00:00:00Z") == []
    assert starts(api, since="2199-12-31", until="2199-12-31") == []


def test_blank_parameters_are_as_good_as_none(api: APIClient, doctor: Doctor) -> None:
    blank = dict.fromkeys(["doctor", "specialization", "location", "duration", "step", "since", "until", "limit"], "")
    assert ask(api, **blank) == ask(api)


def test_slots_need_a_token() -> None:
    response = APIClient().get("/api/slots/")
    assert response.status_code == 401
    assert response.json() == {"detail": "Authentication credentials were not provided."}


def test_slots_can_only_be_read(api: APIClient) -> None:
    response = api.post("/api/slots/", {})
    assert response.status_code == 405
    assert response.json() == {"detail": 'Method "POST" not allowed.'}


# --- Queries ---------------------------------------------------------------------------------------

# Of few doctors what is open and what is taken is asked together.
FEW_AND_MANY = [(1, "2026-04-01", 0), (3, "2026-04-01", 0), (50, "2026-03-15", 1)]


@pytest.mark.parametrize(("doctors", "until", "more"), FEW_AND_MANY)
def test_slots_take_the_same_queries_however_many_doctors_and_days(
    api: APIClient, doctors: int, until: str, more: int, django_assert_num_queries: NumQueries
) -> None:
    for number in range(doctors):
        book(f"2026-03-0{2 + number % 5} 10:00", doctor=make_doctor())
    with django_assert_num_queries(3 + more):  # token, doctors, what is open and what is taken
        found = ask(api, since="2026-03-02", until=until, limit=5000)["results"]
    assert len({slot["doctor"] for slot in found}) == doctors


@pytest.mark.parametrize(("doctors", "until", "more"), FEW_AND_MANY)
def test_slots_of_a_type_take_the_same_queries_however_many_doctors_and_days(
    api: APIClient, doctors: int, until: str, more: int, django_assert_num_queries: NumQueries
) -> None:
    scan = make_type(room_kind="mri", specializations=["General"], buffer_after_minutes=5)
    for number in range(doctors):
        make_room("mri")
        book(f"2026-03-0{2 + number % 5} 10:00", doctor=make_doctor(), appointment_type=scan)
    # The token, the type, the doctors; hours, exceptions, closures, holidays, visits, holds; rooms and what is theirs.
    with django_assert_num_queries(6 + more):
        found = ask(api, since="2026-03-02", until=until, limit=5000, appointment_type=scan.pk)["results"]
    assert len({slot["doctor"] for slot in found}) == doctors


@pytest.mark.parametrize("until", ["2026-03-04", "2026-05-03"])
def test_the_first_available_is_found_without_looking_far(
    api: APIClient, doctor: Doctor, until: str, django_assert_num_queries: NumQueries
) -> None:
    with django_assert_num_queries(3):
        assert starts(api, since="2026-03-02", until=until, limit=1) == ["2026-03-02T09:00:00Z"]


def test_the_first_available_far_away_takes_two_more_looks(
    api: APIClient, doctor: Doctor, django_assert_num_queries: NumQueries
) -> None:
    close(doctor, "2026-03-02", "2026-04-20")
    with django_assert_num_queries(5):  # that of a search twice more
        assert starts(api, since="2026-03-02", until="2026-05-03", limit=1) == ["2026-04-20T09:00:00Z"]
