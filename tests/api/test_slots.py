"""GET /api/slots/: what may be asked, and in which words it is refused."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from rest_framework.test import APIClient

from api import slot_query
from clinics.models import Location
from clinics.services import deactivate_type, open_location
from doctors import services as doctor_services
from doctors.models import Doctor
from tests.factories import book, close, extra_clinic, make_doctor, make_patient, make_room, make_type, set_hours

pytestmark = pytest.mark.django_db
NumQueries = Callable[[int], AbstractContextManager[Any]]
UPSIDE_DOWN = "The range ends before it starts: give a `to` after `from`."
TOO_LONG = "Ask for 62 days at most."
UNREADABLE = "Enter a date and time such as 2026-05-29T10:00:00Z or 2026-05-29T13:00:00+03:00."
UNKNOWN = 2**62


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on Mondays from nine to half past ten."""
    doctor = make_doctor(full_name="Wanjiru Mwangi", specialization="Cardiology")
    set_hours(doctor, "mon 09:00-10:30")
    return doctor


def ask(api: APIClient, **parameters: Any) -> Any:
    """The answer to ?from=&to=... ; ``since`` and ``until`` stand for the two."""
    names = {"since": "from", "until": "to"}
    response = api.get("/api/slots/", {names.get(name, name): value for name, value in parameters.items()})
    assert response.status_code == 200, response.json()
    return response.json()


def starts(api: APIClient, **parameters: Any) -> list[str]:
    return [slot["start"] for slot in ask(api, **parameters)["results"]]


def refusal(api: APIClient, **parameters: Any) -> Any:
    names = {"since": "from", "until": "to"}
    response = api.get("/api/slots/", {names.get(name, name): value for name, value in parameters.items()})
    assert response.status_code == 400, response.json()
    return response.json()


# --- What is answered ------------------------------------------------------------------------------


@pytest.mark.parametrize("until", [{}, {"until": "2199-12-31"}])
def test_no_slot_is_listed_that_is_too_late_to_be_asked_for(api: APIClient, until: dict[str, str]) -> None:
    place = open_location(name="Honolulu", time_zone="Pacific/Honolulu")
    busy = make_doctor()
    set_hours(busy, "tue 13:00-15:00", location=place)  # 31 December 2199 is a Tuesday: until one in the night of UTC
    found = starts(api, doctor=busy.pk, since="2199-12-31", **until)
    assert found == ["2199-12-31T23:00:00Z", "2199-12-31T23:30:00Z"]
    visit = {"patient": make_patient().pk, "doctor": busy.pk, "appointment_time": found[-1]}
    assert api.post("/api/appointments/", visit).status_code == 201


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


def test_a_limit_of_one_is_the_first_available(api: APIClient, doctor: Doctor) -> None:
    book("2026-03-02 09:00", doctor=doctor)
    answer = ask(api, limit=1)
    assert [slot["start"] for slot in answer["results"]] == ["2026-03-02T09:30:00Z"]
    assert answer["more"] is True


def test_more_says_whether_the_limit_cut_something_off(api: APIClient, doctor: Doctor) -> None:
    asked = {"since": "2026-03-02", "until": "2026-03-02"}
    assert ask(api, **asked, limit=2)["more"] is True
    assert ask(api, **asked, limit=3)["more"] is False


@pytest.mark.parametrize("spelling", ["Cardiology", "cardiology", "CARDIOLOGY", "  cardiology "])
def test_specialization_is_case_insensitive(api: APIClient, doctor: Doctor, spelling: str) -> None:
    make_doctor(specialization="Dermatology")
    assert {slot["doctor"] for slot in ask(api, specialization=spelling)["results"]} == {doctor.pk}


def test_a_specialization_that_nobody_practises_has_no_slots(api: APIClient, doctor: Doctor) -> None:
    assert ask(api, specialization="Cardio") == {"results": [], "more": False}


def test_doctor_and_specialization_narrow_together(api: APIClient, doctor: Doctor) -> None:
    assert starts(api, doctor=doctor.pk, specialization="Dermatology") == []


def test_duration_and_step_are_minutes(api: APIClient, doctor: Doctor) -> None:
    day = {"since": "2026-03-02", "until": "2026-03-02"}
    assert starts(api, **day, duration=45) == ["2026-03-02T09:00:00Z", "2026-03-02T09:45:00Z"]
    assert starts(api, **day, duration=70, step=10) == [
        "2026-03-02T09:00:00Z",
        "2026-03-02T09:10:00Z",
        "2026-03-02T09:20:00Z",
    ]


def test_a_location_lists_what_is_free_there(api: APIClient, doctor: Doctor) -> None:
    elsewhere = open_location(name="Elsewhere", time_zone="UTC")
    day = {"since": "2026-03-02", "until": "2026-03-03"}
    assert starts(api, **day, location=elsewhere.pk) == []
    extra_clinic(doctor, "2026-03-03 09:00", "2026-03-03 09:30", elsewhere)
    assert starts(api, **day, location=elsewhere.pk) == ["2026-03-03T09:00:00Z"]
    assert starts(api, **day, location=Location.objects.default().pk) == [
        "2026-03-02T09:00:00Z",
        "2026-03-02T09:30:00Z",
        "2026-03-02T10:00:00Z",
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


# --- Edges -----------------------------------------------------------------------------------------


@pytest.fixture
def nairobi(doctor: Doctor) -> Doctor:
    """The clinic is in Nairobi: nine to half past ten is six to half past seven UTC."""
    Location.objects.update(time_zone="Africa/Nairobi")
    return doctor


@pytest.mark.parametrize(
    "since",
    [
        "2026-03-09T09:30:00+03:00",
        "2026-03-09T09:30:00 03:00",  # a plus sign that nobody encoded
        "2026-03-09 09:30:00 0300",
        "2026-03-09T06:30:00Z",
        "2026-03-09T06:30Z",
        "2026-03-09T09:30:00",
        "2026-03-09T09:30",
        "2026-03-09 09:30",
    ],
)
def test_an_edge_is_an_instant_or_wall_time_in_the_clinics_zone(api: APIClient, nairobi: Doctor, since: str) -> None:
    assert starts(api, since=since, until="2026-03-09") == ["2026-03-09T06:30:00Z", "2026-03-09T07:00:00Z"]


def test_a_lost_plus_sign_is_put_back(api: APIClient, nairobi: Doctor) -> None:
    response = api.get("/api/slots/?from=2026-03-09T09:30:00+03:00&to=2026-03-09T10:30:00+03:00")
    assert [slot["start"] for slot in response.json()["results"]] == ["2026-03-09T06:30:00Z", "2026-03-09T07:00:00Z"]


def test_a_date_is_the_whole_day_in_the_clinics_zone(api: APIClient, nairobi: Doctor) -> None:
    set_hours(nairobi, "mon 00:00-00:30", "mon 23:30-00:00", "tue 00:00-00:30")
    assert starts(api, since="2026-03-09", until="2026-03-09") == ["2026-03-08T21:00:00Z", "2026-03-09T20:30:00Z"]


@pytest.mark.parametrize(
    ("zone", "edge", "sentence"),
    [
        (
            "America/New_York",
            "2026-03-08T02:30:00",
            "2026-03-08 02:30 does not exist in America/New_York: the clocks go forward over it.",
        ),
        (
            "Pacific/Auckland",
            "2026-04-05T02:30:00",
            "2026-04-05 02:30 happens twice in Pacific/Auckland: the clocks go back over it. "
            "Add an offset, such as +00:00.",
        ),
    ],
)
def test_an_edge_that_does_not_exist_once_is_refused(api: APIClient, zone: str, edge: str, sentence: str) -> None:
    Location.objects.update(time_zone=zone)
    assert refusal(api, since=edge) == {"from": [sentence]}
    assert refusal(api, until=edge) == {"to": [sentence]}


# --- What is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-02", "2026-05-03"),  # the dates are 62 days apart
        ("2026-03-02T00:00:00Z", "2026-05-03T00:00:00Z"),
        ("2026-03-02T00:00:00Z", "2026-05-02"),
        ("2026-03-02", "2026-05-03T00:00:00Z"),
    ],
)
def test_sixty_two_days_are_the_most(api: APIClient, doctor: Doctor, since: str, until: str) -> None:
    assert len(starts(api, since=since, until=until)) == 9 * 3  # Mondays, 2 March to 27 April


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-02", "2026-05-04"),
        ("2026-03-02T00:00:00Z", "2026-05-03T00:00:01Z"),
        ("2026-03-02T00:00:00Z", "2026-05-03"),
        ("1900-01-01", "2026-05-03"),
        ("", "2199-12-31"),
    ],
)
def test_more_than_sixty_two_days_are_refused(api: APIClient, since: str, until: str) -> None:
    assert refusal(api, since=since, until=until) == {"to": [TOO_LONG]}


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize(("since", "until"), [("2026-03-01", "2026-05-02"), ("2026-09-15", "2026-11-16")])
def test_sixty_two_days_between_dates_are_as_many_whatever_the_clocks_do(
    api: APIClient, zone: str, since: str, until: str
) -> None:
    Location.objects.update(time_zone=zone)
    assert starts(api, since=since, until=until) == []


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-03", "2026-03-02"),
        ("2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z"),
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00Z", "2026-03-01"),
        ("2026-03-03", "2026-03-02T23:00:00Z"),
        ("", "2026-03-01"),
        ("", "1900-01-02T00:00:00Z"),
    ],
)
def test_a_range_upside_down_is_refused(api: APIClient, since: str, until: str) -> None:
    assert refusal(api, since=since, until=until) == {"to": [UPSIDE_DOWN]}


@pytest.mark.parametrize(
    ("edge", "sentence"),
    [
        ("garbage", UNREADABLE),
        ("2026-13-01T00:00:00Z", UNREADABLE),
        ("2026-03-02T25:00:00Z", UNREADABLE),
        ("1772000000", UNREADABLE),
        ("20260302", UNREADABLE),
        ("2026-02-30", "2026-02-30 is not a day of the calendar."),
        ("9999-12-31", "Enter a date from 1900 to 2199."),
        ("0001-01-01", "Enter a date from 1900 to 2199."),
        ("0001-01-01T00:00:00Z", "Enter a date and time from the year 1900 on."),
        ("9999-12-31T23:59:59Z", "Enter a date and time before the year 2200."),
        ("9999-12-31T23:59:59-12:00", "Enter a date and time before the year 2200."),
        ("2026-03-02\x00", UNREADABLE),
    ],
)
def test_an_edge_that_cannot_be_read_is_refused(api: APIClient, edge: str, sentence: str) -> None:
    assert refusal(api, since=edge) == {"from": [sentence]}
    assert refusal(api, until=edge) == {"to": [sentence]}


@pytest.mark.parametrize("name", ["doctor", "location"])
def test_what_is_unknown_is_refused(api: APIClient, name: str) -> None:
    assert refusal(api, **{name: UNKNOWN}) == {name: [f"There is no {name} with id {UNKNOWN}."]}


def test_an_inactive_location_is_unknown(api: APIClient) -> None:
    closed_down = open_location(name="Closed down", time_zone="UTC")
    Location.objects.filter(pk=closed_down.pk).update(active=False)
    assert refusal(api, location=closed_down.pk) == {"location": [f"There is no location with id {closed_down.pk}."]}


NOT_A_NUMBER = "Enter a whole number."
TOO_LITTLE = "Ensure this value is greater than or equal to 1."


@pytest.mark.parametrize(
    ("name", "most"),
    [("duration", 1440), ("step", 1440), ("limit", 5000), ("doctor", 2**63 - 1), ("location", 2**63 - 1)],
)
def test_a_number_out_of_range_is_refused(api: APIClient, name: str, most: int) -> None:
    too_much = f"Ensure this value is less than or equal to {most}."
    assert refusal(api, **{name: most + 1}) == {name: [too_much]}
    assert refusal(api, **{name: 10**30}) == {name: [too_much]}
    for little in ("0", "-1"):
        assert refusal(api, **{name: little}) == {name: [TOO_LITTLE]}
    for garbage in ("x", "1.5", "true", "1e3", "NaN", "1 2"):
        assert refusal(api, **{name: garbage}) == {name: [NOT_A_NUMBER]}


def test_a_specialization_of_garbage_is_refused(api: APIClient) -> None:
    assert refusal(api, specialization="x" * 101) == {
        "specialization": ["Ensure this value has at most 100 characters (it has 101)."]
    }
    assert refusal(api, specialization="a\x00b") == {"specialization": ["Null characters are not allowed."]}


def test_everything_that_is_wrong_is_said_at_once(api: APIClient) -> None:
    assert refusal(api, doctor=UNKNOWN, duration=0, since="x", limit="x") == {
        "doctor": [f"There is no doctor with id {UNKNOWN}."],
        "duration": [TOO_LITTLE],
        "from": [UNREADABLE],
        "limit": [NOT_A_NUMBER],
    }


def test_too_many_doctors_at_once_are_refused(api: APIClient, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    make_doctor(specialization="Dermatology")
    monkeypatch.setattr(slot_query, "MOST_DOCTORS", 1)
    assert refusal(api) == {"doctor": ["More than 1 doctors match. Name a doctor, a specialization or a location."]}
    assert starts(api, specialization="Cardiology", limit=1) == ["2026-03-02T09:00:00Z"]


def test_slots_can_only_be_read(api: APIClient) -> None:
    response = api.post("/api/slots/", {})
    assert response.status_code == 405
    assert response.json() == {"detail": 'Method "POST" not allowed.'}


# --- Types, several doctors, weekdays and parts of the day -----------------------------------------


def test_a_type_narrows_to_those_who_offer_it_with_its_length(api: APIClient, doctor: Doctor) -> None:
    make_doctor(specialization="Dermatology")
    echo = make_type(specializations=["Cardiology"], duration_minutes=45)
    assert {slot["doctor"] for slot in ask(api, appointment_type=echo.pk)["results"]} == {doctor.pk}
    assert starts(api, since="2026-03-02", until="2026-03-02", appointment_type=echo.pk) == [
        "2026-03-02T09:00:00Z",
        "2026-03-02T09:45:00Z",
    ]


def test_a_doctor_who_does_not_offer_the_type_has_no_slots(api: APIClient, doctor: Doctor) -> None:
    other = make_type(specializations=["Dermatology"])
    assert starts(api, doctor=doctor.pk, appointment_type=other.pk) == []


def test_a_type_that_is_unknown_or_no_longer_offered_is_refused(api: APIClient) -> None:
    gone = deactivate_type(make_type())
    for number in (gone.pk, UNKNOWN):
        answer = {"appointment_type": [f"There is no appointment type with id {number}."]}
        assert refusal(api, appointment_type=number) == answer


@pytest.mark.parametrize("written", ["doctor={0}&doctor={1}", "doctor={0},{1}", "doctor={0}, {1},&doctor={0}"])
def test_several_doctors_can_be_named(api: APIClient, doctor: Doctor, written: str) -> None:
    second, _ = make_doctor(), make_doctor()
    response = api.get("/api/slots/?" + written.format(doctor.pk, second.pk))
    assert {slot["doctor"] for slot in response.json()["results"]} == {doctor.pk, second.pk}


def test_each_doctor_that_is_unknown_is_named(api: APIClient, doctor: Doctor) -> None:
    assert refusal(api, doctor=f"{UNKNOWN},{doctor.pk},{UNKNOWN + 1}") == {
        "doctor": [f"There is no doctor with id {UNKNOWN}.", f"There is no doctor with id {UNKNOWN + 1}."]
    }
    assert refusal(api, doctor=f"{doctor.pk},x") == {"doctor": [NOT_A_NUMBER]}
    assert refusal(api, doctor=",".join(map(str, range(1, 502)))) == {"doctor": ["Name 500 at most."]}


@pytest.mark.parametrize("written", ["weekdays=tue,thu", "weekdays=tue&weekdays=thu", "weekdays=THU, Tue"])
def test_weekdays_can_be_asked_for(api: APIClient, doctor: Doctor, written: str) -> None:
    set_hours(doctor, *(f"{day} 09:00-09:30" for day in ("mon", "tue", "wed", "thu")))
    response = api.get(f"/api/slots/?from=2026-03-02&to=2026-03-10&{written}")
    assert [slot["start"] for slot in response.json()["results"]] == [
        "2026-03-03T09:00:00Z",
        "2026-03-05T09:00:00Z",
        "2026-03-10T09:00:00Z",
    ]


def test_a_part_of_the_day_can_be_asked_for(api: APIClient, doctor: Doctor) -> None:
    set_hours(doctor, "mon 11:30-12:30", "mon 16:30-17:30")
    day = {"since": "2026-03-02", "until": "2026-03-02"}
    assert starts(api, **day, part_of_day="morning") == ["2026-03-02T11:30:00Z"]
    assert starts(api, **day, part_of_day="afternoon") == ["2026-03-02T12:00:00Z", "2026-03-02T16:30:00Z"]
    assert starts(api, **day, part_of_day="evening") == ["2026-03-02T17:00:00Z"]


def test_not_before_days_begins_the_search_there(api: APIClient, doctor: Doctor) -> None:
    assert starts(api, not_before_days=0)[0] == "2026-03-02T09:00:00Z"
    assert starts(api, not_before_days=1)[0] == "2026-03-09T09:00:00Z"
    assert starts(api, not_before_days=30)[0] == "2026-04-06T09:00:00Z"
    assert starts(api, since="2026-03-02", until="2026-03-09", not_before_days=7, limit=1) == ["2026-03-09T09:00:00Z"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("weekdays", "tue,noday", "'noday' is no weekday. Choose from: mon, tue, wed, thu, fri, sat, sun."),
        ("weekdays", "1", "'1' is no weekday. Choose from: mon, tue, wed, thu, fri, sat, sun."),
        ("part_of_day", "night", '"night" is no part of the day. Choose from: morning, afternoon, evening.'),
        ("not_before_days", "-1", "Ensure this value is greater than or equal to 0."),
        ("not_before_days", "367", "Ensure this value is less than or equal to 366."),
        ("not_before_days", "soon", "Enter a whole number."),
        ("appointment_type", "x", "Enter a whole number."),
        ("weekdays", "mon\x00", "'mon\\x00' is no weekday. Choose from: mon, tue, wed, thu, fri, sat, sun."),
        ("doctor", "1\x00", "Enter a whole number."),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(api: APIClient, name: str, value: str, sentence: str) -> None:
    assert refusal(api, **{name: value}) == {name: [sentence]}


def test_at_one_time_the_doctor_with_the_lighter_day_is_listed_first(api: APIClient) -> None:
    busy, light = make_doctor(), make_doctor()
    book("2026-03-02 15:00", doctor=busy)
    [slot] = ask(api, limit=1)["results"]
    assert (slot["doctor"], slot["start"]) == (light.pk, "2026-03-02T08:00:00Z")


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
