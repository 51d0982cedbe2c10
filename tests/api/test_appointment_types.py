"""/api/appointment-types/"""

from typing import Any

import pytest
from rest_framework.test import APIClient

from clinics.models import AppointmentType
from tests.factories import make_doctor

SCAN = {
    "name": "Ultrasound scan",
    "duration_minutes": 45,
    "buffer_before_minutes": 5,
    "buffer_after_minutes": 10,
    "minimum_notice_minutes": 120,
    "booking_horizon_days": 90,
    "bookable_online": False,
    "specializations": ["Obstetrics and Gynaecology"],
    "doctors": [],
    "room_kind": "ultrasound",
    "colour": "#A0b1c2",
}


def test_adding_answers_with_the_record(api: APIClient) -> None:
    doctors = [make_doctor().pk, make_doctor().pk]
    answer = api.post("/api/appointment-types/", {**SCAN, "doctors": doctors[::-1]})
    assert answer.status_code == 201
    expected = {
        "id": AppointmentType.objects.get().pk,
        **SCAN,
        "doctors": doctors,
        "active": True,
        "created_at": "2026-03-02T06:00:00Z",
        "updated_at": "2026-03-02T06:00:00Z",
    }
    assert answer.json() == expected
    assert api.get(f"/api/appointment-types/{expected['id']}/").json() == expected


def test_a_name_is_enough(api: APIClient) -> None:
    body = api.post("/api/appointment-types/", {"name": "Consultation"}).json()
    assert {name: body[name] for name in SCAN} == {
        "name": "Consultation",
        "duration_minutes": 30,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "minimum_notice_minutes": 0,
        "booking_horizon_days": None,
        "bookable_online": True,
        "specializations": [],
        "doctors": [],
        "room_kind": "",
        "colour": "#3b6ea5",
    }


def test_a_type_is_edited_deactivated_and_reactivated(api: APIClient) -> None:
    doctor = make_doctor().pk
    url = f"/api/appointment-types/{api.post('/api/appointment-types/', SCAN).json()['id']}/"
    assert api.put(url, {"name": "Scan", "doctors": [doctor]}).json()["doctors"] == [doctor]
    patched = api.patch(url, {"duration_minutes": 60}).json()
    assert (patched["duration_minutes"], patched["doctors"]) == (60, [doctor])
    assert api.patch(url, {"doctors": []}).json()["doctors"] == []
    assert api.delete(url).status_code == 204
    assert api.get(url).json()["active"] is False
    assert api.get("/api/appointment-types/").json()["results"] == []
    assert api.patch(url, {"active": True}).json()["active"] is True


def test_a_name_is_unique_whatever_its_case(api: APIClient) -> None:
    expected = {"name": ["An appointment type with this name already exists."]}
    api.post("/api/appointment-types/", SCAN)
    answer = api.post("/api/appointment-types/", {"name": "ULTRASOUND  scan"})
    assert (answer.status_code, answer.json()) == (400, expected)
    pk = api.post("/api/appointment-types/", {"name": "Scan"}).json()["id"]
    answer = api.patch(f"/api/appointment-types/{pk}/", {"name": "Ultrasound Scan", "doctors": [make_doctor().pk]})
    assert (answer.status_code, answer.json()) == (400, expected)
    assert not AppointmentType.objects.get(pk=pk).doctors.exists()


def test_specializations_are_tidied_and_named_once(api: APIClient) -> None:
    body = {"name": "Check", "specializations": ["Cardiology", " Sports   Medicine", "CARDIOLOGY"]}
    answer = api.post("/api/appointment-types/", body)
    assert answer.json()["specializations"] == ["Cardiology", "Sports Medicine"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, {"name": ["This field is required."]}),
        ({"doctors": [99999, 99998]}, {"doctors": ['Invalid pk "99998" - object does not exist.']}),
        ({"doctors": ["Ann"]}, {"doctors": ["Item 1: A valid integer is required."]}),
        ({"duration_minutes": 0}, {"duration_minutes": ["Ensure this value is greater than or equal to 1."]}),
        ({"buffer_after_minutes": 241}, {"buffer_after_minutes": ["Ensure this value is less than or equal to 240."]}),
        ({"colour": "blue"}, {"colour": ["Enter a colour as #rrggbb."]}),
        ({"specializations": [""]}, {"specializations": ["Item 1: This field may not be blank."]}),
    ],
)
def test_a_type_is_refused_in_words(api: APIClient, body: Any, error: Any) -> None:
    named = {"name": "Scan", **body} if body else {}
    answer = api.post("/api/appointment-types/", named)
    assert (answer.status_code, answer.json()) == (400, error)
    assert not AppointmentType.objects.exists()


def test_types_are_found_by_their_fields(api: APIClient) -> None:
    doctor = make_doctor().pk
    for name, fields in {
        "Scan": {"room_kind": "ultrasound"},
        "Call": {"bookable_online": False, "doctors": [doctor]},
    }.items():
        api.post("/api/appointment-types/", {"name": name, **fields})

    def found(query: str) -> list[str]:
        return [kind["name"] for kind in api.get(f"/api/appointment-types/?{query}").json()["results"]]

    assert found("") == ["Call", "Scan"]
    assert found("ordering=-name") == ["Scan", "Call"]
    assert found("room_kind=Ultrasound") == ["Scan"]
    assert found("bookable_online=false") == ["Call"]
    assert found(f"doctor={doctor}") == ["Call"]


def test_a_list_takes_the_same_queries_however_many_types_there_are(
    api: APIClient, django_assert_num_queries: Any
) -> None:
    doctors = [make_doctor().pk for _ in range(3)]
    for number in range(4):
        api.post("/api/appointment-types/", {"name": f"Type {number}", "doctors": doctors})
    with django_assert_num_queries(4):  # the token, the count, the types, their doctors
        api.get("/api/appointment-types/")
