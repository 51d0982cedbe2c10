"""Whose slots GET /api/slots/ may be asked for: of doctors, places, types, weekdays and parts of the day."""

import pytest
from rest_framework.test import APIClient

from api import slot_query
from clinics.models import Location
from clinics.services import deactivate_type, open_location
from doctors.models import Doctor
from tests.api.slots.asking import NOT_A_NUMBER, UNKNOWN, UNREADABLE, ask, refusal, starts
from tests.factories import extra_clinic, make_doctor, make_type, set_hours

pytestmark = pytest.mark.django_db
TOO_LITTLE = "Ensure this value is greater than or equal to 1."


# --- Doctors and places ----------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["Cardiology", "cardiology", "CARDIOLOGY", "  cardiology "])
def test_specialization_is_case_insensitive(api: APIClient, doctor: Doctor, spelling: str) -> None:
    make_doctor(specialization="Dermatology")
    assert {slot["doctor"] for slot in ask(api, specialization=spelling)["results"]} == {doctor.pk}


def test_a_specialization_that_nobody_practises_has_no_slots(api: APIClient, doctor: Doctor) -> None:
    assert ask(api, specialization="Cardio") == {"results": [], "more": False}


def test_doctor_and_specialization_narrow_together(api: APIClient, doctor: Doctor) -> None:
    assert starts(api, doctor=doctor.pk, specialization="Dermatology") == []


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


def test_too_many_doctors_at_once_are_refused(api: APIClient, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    make_doctor(specialization="Dermatology")
    monkeypatch.setattr(slot_query, "MOST_DOCTORS", 1)
    assert refusal(api) == {"doctor": ["More than 1 doctors match. Name a doctor, a specialization or a location."]}
    assert starts(api, specialization="Cardiology", limit=1) == ["2026-03-02T09:00:00Z"]


# --- Types, weekdays and parts of the day ----------------------------------------------------------


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


# --- What is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["doctor", "location"])
def test_what_is_unknown_is_refused(api: APIClient, name: str) -> None:
    assert refusal(api, **{name: UNKNOWN}) == {name: [f"There is no {name} with id {UNKNOWN}."]}


def test_an_inactive_location_is_unknown(api: APIClient) -> None:
    closed_down = open_location(name="Closed down", time_zone="UTC")
    Location.objects.filter(pk=closed_down.pk).update(active=False)
    assert refusal(api, location=closed_down.pk) == {"location": [f"There is no location with id {closed_down.pk}."]}


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


def test_everything_that_is_wrong_is_said_at_once(api: APIClient) -> None:
    assert refusal(api, doctor=UNKNOWN, duration=0, since="x", limit="x") == {
        "doctor": [f"There is no doctor with id {UNKNOWN}."],
        "duration": [TOO_LITTLE],
        "from": [UNREADABLE],
        "limit": [NOT_A_NUMBER],
    }
