"""How bodies are read: half characters are quoted back, and never so that what is left out means something else."""

import json

import pytest
from rest_framework.test import APIClient

from clinics.models import Location
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import make_doctor


def test_half_a_character_where_one_of_a_few_words_belongs_is_refused(api: APIClient) -> None:
    doctor = f"/api/doctors/{make_doctor().pk}"
    visit = {"patient": 1, "doctor": 1, "appointment_time": "2026-03-02T10:00:00Z", "status": "\ud800"}
    leave = {"kind": "\ud800", "start": "2026-03-09T00:00:00Z", "end": "2026-03-10T00:00:00Z"}
    window = {"weekday": "\ud800", "start": "08:00", "end": "12:00"}
    half = ['"\ud800" is not a valid choice.']
    for method, url, body in (
        ("post", "/api/appointments/", visit),
        ("post", f"{doctor}/exceptions/", leave),
        ("put", f"{doctor}/hours/", [window]),
    ):
        answer = getattr(api, method)(url, json.dumps(body), content_type="application/json")
        assert answer.status_code == 400
        errors = answer.json()["0"] if isinstance(body, list) else answer.json()
        assert half in errors.values()


def test_a_mail_address_as_long_as_a_book_is_refused(api: APIClient) -> None:
    make_doctor()  # SQLite compares only where there is something to compare with
    body = {"full_name": "A", "specialization": "X", "email": "a" * 100_000 + "@clinic.test"}
    answer = api.post("/api/doctors/", body)
    assert answer.status_code == 400
    assert "Ensure this field has no more than 254 characters." in answer.json()["email"]


def test_a_form_that_leaves_out_active_deactivates_nobody(api: APIClient) -> None:
    for route, form in (
        ("patients", {"full_name": "A", "phone_number": "0712345678"}),
        ("doctors", {"full_name": "A", "email": "a@clinic.test", "specialization": "X"}),
        ("locations", {"name": "Annex", "time_zone": "UTC"}),
        ("rooms", {"location": Location.objects.default().pk, "name": "Room 4", "kind": "scan"}),
        ("appointment-types", {"name": "Scan", "duration_minutes": 30}),
    ):
        created = api.post(f"/api/{route}/", form, format="multipart")
        assert (created.status_code, created.json()["active"]) == (201, True)
        replaced = api.put(f"/api/{route}/{created.json()['id']}/", form, format="multipart")
        assert (replaced.status_code, replaced.json()["active"]) == (200, True)


def test_a_form_that_leaves_out_what_is_true_or_false_leaves_it(api: APIClient) -> None:
    kind = api.post("/api/appointment-types/", {"name": "Scan", "duration_minutes": 30}).json()
    place = api.post("/api/locations/", {"name": "Annex", "time_zone": "UTC", "marks_no_shows": True}).json()
    replaced = api.put(f"/api/appointment-types/{kind['id']}/", {"name": "Scan", "duration_minutes": 30}, "multipart")
    assert (replaced.status_code, replaced.json()["bookable_online"]) == (200, True)
    replaced = api.put(f"/api/locations/{place['id']}/", {"name": "Annex", "time_zone": "UTC"}, "multipart")
    assert (replaced.status_code, replaced.json()["marks_no_shows"]) == (200, True)


@pytest.mark.parametrize("body", ["", "weekday=mon", '[{"weekday": "mon", "start": "08:00", "end": "12:00"}]'])
def test_a_form_without_windows_is_no_empty_week(api: APIClient, body: str) -> None:
    doctor = make_doctor()
    before = Doctor.objects.get().weekly_hours.count()
    for url in (f"/api/doctors/{doctor.pk}/hours/", f"/api/locations/{Location.objects.default().pk}/hours/"):
        answer = api.put(url, body, content_type="application/x-www-form-urlencoded")
        sentence = "Send the whole week as a list in JSON, with Content-Type: application/json."
        assert (answer.status_code, answer.json()) == (400, {"non_field_errors": [sentence]})
        assert len(api.get(url).json()) == before > 0


def test_a_form_may_have_windows(api: APIClient) -> None:
    form = {"[0]weekday": "mon", "[0]start": "08:00", "[0]end": "12:00"}
    answer = api.put(f"/api/doctors/{make_doctor().pk}/hours/", form, "multipart")
    assert [(window["weekday"], window["start"]) for window in answer.json()] == [("mon", "08:00")]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"full_name": "Jane", "phone_number": "0712345678", "full_name": "Joan"}', "full_name"),
        ('{"full_name": {"a": 1, "a": 1}, "phone_number": "0712345678"}', "a"),
    ],
)
def test_two_members_of_one_name_are_refused(api: APIClient, body: str, name: str) -> None:
    answer = api.post("/api/patients/", body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": f"JSON parse error - '{name}' is given twice; give it once."},
    )
    assert not Patient.objects.exists()


@pytest.mark.parametrize("accept", ["", " ", ","])
def test_an_empty_accept_header_takes_json(api: APIClient, accept: str) -> None:
    answer = api.get("/api/doctors/", HTTP_ACCEPT=accept)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
