"""How bodies are read: half characters are quoted back, and never so that what is left out means something else."""

import json

from rest_framework.test import APIClient

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
    ):
        created = api.post(f"/api/{route}/", form, format="multipart")
        assert (created.status_code, created.json()["active"]) == (201, True)
        replaced = api.put(f"/api/{route}/{created.json()['id']}/", form, format="multipart")
        assert (replaced.status_code, replaced.json()["active"]) == (200, True)
