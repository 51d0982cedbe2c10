"""/api/doctors/, hours and exceptions."""

from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from clinics.models import Location
from doctors.models import Doctor, WeeklyHours
from tests.factories import book, make_doctor

SMITH = {"full_name": "Jane Smith", "email": "Smith@clinic.test", "specialization": "Cardiology"}


def test_adding_answers_with_the_record(api: APIClient) -> None:
    answer = api.post("/api/doctors/", SMITH)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": Doctor.objects.get().pk,
        **SMITH,
        "default_duration_minutes": 30,
        "active": True,
        "created_at": "2026-03-02T06:00:00Z",
        "updated_at": "2026-03-02T06:00:00Z",
    }


def test_a_new_doctor_has_the_clinics_opening_hours(api: APIClient) -> None:
    pk = api.post("/api/doctors/", SMITH).json()["id"]
    location = Location.objects.get().pk
    assert api.get(f"/api/doctors/{pk}/hours/").json() == [
        {
            "weekday": day,
            "start": "08:00",
            "end": "18:00",
            "location": location,
            "valid_from": None,
            "valid_until": None,
        }
        for day in ("mon", "tue", "wed", "thu", "fri")
    ]


def test_an_email_is_unique_whatever_its_case(api: APIClient) -> None:
    api.post("/api/doctors/", SMITH)
    expected = {"email": ["A doctor with this e-mail already exists."]}
    answer = api.post("/api/doctors/", {**SMITH, "email": "SMITH@clinic.test"})
    assert (answer.status_code, answer.json()) == (400, expected)


def test_name_mail_and_specialization_are_required(api: APIClient) -> None:
    required = ["This field is required."]
    answer = api.post("/api/doctors/", {})
    assert answer.json() == {"full_name": required, "email": required, "specialization": required}


def test_a_doctor_can_be_edited_deactivated_and_reactivated(api: APIClient) -> None:
    url = f"/api/doctors/{make_doctor().pk}/"
    assert api.put(url, {**SMITH, "default_duration_minutes": 20}).json()["default_duration_minutes"] == 20
    assert api.patch(url, {"specialization": "Oncology"}).json()["specialization"] == "Oncology"
    assert api.delete(url).status_code == 204
    assert api.get(url).json()["active"] is False
    assert api.patch(url, {"active": True}).json()["active"] is True


def test_a_deactivated_doctor_keeps_visits_and_offers_no_slots(api: APIClient) -> None:
    visit = book()
    api.delete(f"/api/doctors/{visit.doctor_id}/")
    assert api.get(f"/api/appointments/{visit.pk}/").json()["status"] == "scheduled"
    assert api.get(f"/api/slots/?doctor={visit.doctor_id}").json() == {"results": [], "more": False}


NIGHT = {"weekday": "fri", "start": "22:00", "end": "06:00", "location": None, "valid_from": None, "valid_until": None}


def test_hours_are_replaced_as_a_whole(api: APIClient) -> None:
    doctor = make_doctor()
    location = Location.objects.get().pk
    week = [
        NIGHT | {"location": location},
        NIGHT | {"location": location, "weekday": "mon", "valid_from": "2026-04-01"},
    ]
    answer = api.put(f"/api/doctors/{doctor.pk}/hours/", week, format="json")
    assert (answer.status_code, answer.json()) == (200, [week[1], week[0]])
    assert api.get(f"/api/doctors/{doctor.pk}/hours/").json() == [week[1], week[0]]


def test_hours_without_a_location_are_at_the_clinics_first(api: APIClient) -> None:
    doctor = make_doctor()
    answer = api.put(
        f"/api/doctors/{doctor.pk}/hours/", [{"weekday": "mon", "start": "08:00", "end": "24:00"}], format="json"
    )
    [window] = answer.json()
    assert (window["location"], window["end"]) == (Location.objects.get().pk, "00:00")


def test_changing_hours_cancels_nothing_and_reports_what_falls_outside(api: APIClient) -> None:
    early = book("2026-03-02 09:00")
    late = book("2026-03-02 15:00", doctor=early.doctor)
    url = f"/api/doctors/{early.doctor_id}/"
    assert api.get(url + "outside-hours/").json() == []
    api.put(url + "hours/", [{"weekday": "mon", "start": "08:00", "end": "12:00"}], format="json")
    outside = api.get(url + "outside-hours/").json()
    assert [visit["id"] for visit in outside] == [late.pk]
    assert outside[0]["status"] == "scheduled"


def test_leave_answers_with_the_visits_it_touches(api: APIClient) -> None:
    inside = book("2026-03-03 09:00")
    book("2026-03-04 09:00", doctor=inside.doctor)
    leave = {"kind": "closed", "start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z", "reason": "Leave"}
    answer = api.post(f"/api/doctors/{inside.doctor_id}/exceptions/", leave)
    assert answer.status_code == 201
    body: dict[str, Any] = answer.json()
    assert [visit["id"] for visit in body.pop("outside_hours")] == [inside.pk]
    assert body == {"id": body["id"], **leave, "location": inside.location_id}
    inside.refresh_from_db()
    assert inside.status == "scheduled"


def test_leave_closes_and_its_removal_opens_again(api: APIClient) -> None:
    doctor = make_doctor()
    url = f"/api/doctors/{doctor.pk}/exceptions/"
    monday = f"/api/slots/?doctor={doctor.pk}&from=2026-03-02&to=2026-03-02"
    leave = {"kind": "closed", "start": "2026-03-02T00:00:00Z", "end": "2026-03-03T00:00:00Z"}
    pk = api.post(url, leave).json()["id"]
    assert api.get(monday).json()["results"] == []
    assert api.patch(f"{url}{pk}/", {"start": "2026-03-02T09:00:00Z"}).status_code == 200
    assert [slot["start"] for slot in api.get(monday).json()["results"]] == [
        "2026-03-02T08:00:00Z",
        "2026-03-02T08:30:00Z",
    ]
    assert api.delete(f"{url}{pk}/").status_code == 204
    assert len(api.get(monday).json()["results"]) == 20


def test_an_extra_clinic_opens_a_closed_day(api: APIClient) -> None:
    doctor = make_doctor()
    extra = {"kind": "open", "start": "2026-03-07T10:00:00Z", "end": "2026-03-07T11:00:00Z"}
    api.post(f"/api/doctors/{doctor.pk}/exceptions/", extra)
    slots = api.get(f"/api/slots/?doctor={doctor.pk}&from=2026-03-07&to=2026-03-07").json()["results"]
    assert [slot["start"] for slot in slots] == ["2026-03-07T10:00:00Z", "2026-03-07T10:30:00Z"]


def test_exceptions_are_narrowed_down_and_ordered_and_not_searched(api: APIClient) -> None:
    doctor = make_doctor()
    url = f"/api/doctors/{doctor.pk}/exceptions/"
    days = [("closed", "2026-03-03"), ("open", "2026-03-07")]
    leave, extra = (
        api.post(url, {"kind": kind, "start": f"{day}T00:00:00Z", "end": f"{day}T12:00:00Z"}).json()["id"]
        for kind, day in days
    )
    for query, found in (
        ("", [leave, extra]),
        ("?ordering=-start", [extra, leave]),
        ("?kind=open", [extra]),
        ("?filter=kind:closed,end_before:2026-03-05", [leave]),
        ("?start_after=2026-03-07", [extra]),
        ("?end=2026-03-03T12:00:00Z", [leave]),
        ("?location=999", []),
    ):
        assert [row["id"] for row in api.get(url + query).json()["results"]] == found, query
    for query, sentence in (
        ("ordering=reason", "Cannot order by 'reason'. Choose from: id, start, end."),
        ("kind=ajar", "Select a valid choice. ajar is not one of the available choices."),
        (
            "search=leave",
            "This list is not searched by words. Narrow it down by: kind, start, start_after, start_before, end, "
            "end_after, end_before, location.",
        ),
    ):
        answer = api.get(f"{url}?{query}")
        assert (answer.status_code, answer.json()) == (400, {query.partition("=")[0]: [sentence]})


def test_an_extra_clinic_that_is_shortened_answers_with_the_visits_it_leaves_outside(api: APIClient) -> None:
    doctor = make_doctor()
    url = f"/api/doctors/{doctor.pk}/exceptions/"
    extra = {"kind": "open", "start": "2026-03-07T10:00:00Z", "end": "2026-03-07T12:00:00Z"}
    pk = api.post(url, extra).json()["id"]
    book("2026-03-07 10:00", doctor=doctor)
    late = book("2026-03-07 11:30", doctor=doctor)
    answer = api.patch(f"{url}{pk}/", {"end": "2026-03-07T11:00:00Z"}).json()
    assert [visit["id"] for visit in answer["outside_hours"]] == [late.pk]


def test_exceptions_are_listed_and_read(api: APIClient) -> None:
    doctor = make_doctor()
    url = f"/api/doctors/{doctor.pk}/exceptions/"
    extra = {"kind": "open", "start": "2026-03-07T10:00:00Z", "end": "2026-03-07T11:00:00Z", "reason": ""}
    made = api.post(url, extra).json()
    made.pop("outside_hours")
    assert api.get(url).json() == {"count": 1, "next": None, "previous": None, "results": [made]}
    assert api.get(f"{url}{made['id']}/").json() == made


def test_changing_availability_locks_the_doctors_row(api: APIClient, django_assert_max_num_queries: Any) -> None:
    """So that a booking sees the hours before or after the change, never in between."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite serialises writers by BEGIN IMMEDIATE")
    doctor = make_doctor()
    with django_assert_max_num_queries(20) as captured:
        api.put(f"/api/doctors/{doctor.pk}/hours/", [], format="json")
    statements = [query["sql"] for query in captured.captured_queries]
    lock = next(i for i, sql in enumerate(statements) if "FOR NO KEY UPDATE" in sql)
    assert lock < next(i for i, sql in enumerate(statements) if sql.startswith("DELETE"))
    assert WeeklyHours.objects.count() == 0
