"""/api/patients/"""

import pytest
from rest_framework.test import APIClient

from appointments.models import Appointment
from patients.models import Patient
from tests.factories import book, make_patient

JANE = {
    "full_name": "Jane Doe",
    "email": "jane@example.com",
    "phone_number": "0712345678",
    "national_id": "123456789",
    "insurance_number": "NHIF0001",
}


def test_registering_answers_with_the_record(api: APIClient) -> None:
    answer = api.post("/api/patients/", JANE)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": Patient.objects.get().pk,
        **JANE,
        "active": True,
        "created_at": "2026-03-02T06:00:00Z",
        "updated_at": "2026-03-02T06:00:00Z",
    }


def test_name_and_phone_are_required(api: APIClient) -> None:
    answer = api.post("/api/patients/", {"email": "jane@example.com"})
    required = ["This field is required."]
    assert (answer.status_code, answer.json()) == (400, {"full_name": required, "phone_number": required})


def test_everything_else_may_be_left_out_or_null(api: APIClient) -> None:
    for more in ({}, {"email": None, "national_id": None, "insurance_number": None}, {"email": "", "national_id": " "}):
        answer = api.post("/api/patients/", {"full_name": "Jane", "phone_number": "0712345678", **more})
        body = answer.json()
        assert (answer.status_code, body["email"], body["national_id"], body["insurance_number"]) == (201, "", None, "")


def test_a_national_id_is_unique_whatever_its_spelling(api: APIClient) -> None:
    api.post("/api/patients/", {**JANE, "national_id": " ab 123 "})
    assert Patient.objects.get().national_id == "AB123"
    for spelling in ("AB123", "ab123", "A B 1 2 3"):
        answer = api.post("/api/patients/", {**JANE, "national_id": spelling})
        sentence = "A patient with this national id is already registered."
        assert (answer.status_code, answer.json()) == (400, {"national_id": [sentence]})


def test_a_national_id_taken_in_between_is_a_400_too(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    make_patient(national_id="AB123")
    monkeypatch.setattr("rest_framework.validators.qs_exists", lambda queryset: False)  # both looked at the same time
    answer = api.post("/api/patients/", {**JANE, "national_id": "ab123"})
    sentence = "A patient with this national id is already registered."
    assert (answer.status_code, answer.json()) == (400, {"national_id": [sentence]})


def test_a_patient_keeps_the_own_national_id(api: APIClient) -> None:
    patient = make_patient(national_id="AB123")
    answer = api.patch(f"/api/patients/{patient.pk}/", {"national_id": "ab 123", "full_name": "New Name"})
    assert (answer.status_code, answer.json()["full_name"]) == (200, "New Name")


def test_families_may_share_an_email(api: APIClient) -> None:
    for name in ("Jane", "John"):
        assert api.post("/api/patients/", {**JANE, "full_name": name, "national_id": None}).status_code == 201


@pytest.mark.parametrize("phone", ["123", "abc", "0712345678 or so", "1234567890123456", "+", "-------"])
def test_a_phone_number_has_six_to_fifteen_digits(api: APIClient, phone: str) -> None:
    answer = api.post("/api/patients/", {**JANE, "phone_number": phone})
    sentence = "Enter a phone number, such as 0712 345 678 or +254 712 345 678."
    assert (answer.status_code, answer.json()) == (400, {"phone_number": [sentence]})


def test_a_name_is_stored_tidy(api: APIClient) -> None:
    assert api.post("/api/patients/", {**JANE, "full_name": "  Jane \n  Doe "}).json()["full_name"] == "Jane Doe"


def test_deleting_deactivates_and_keeps_the_history(api: APIClient) -> None:
    visit = book()
    url = f"/api/patients/{visit.patient_id}/"
    assert api.delete(url).status_code == 204
    assert api.get(url).json()["active"] is False
    assert Appointment.objects.get().status == "scheduled"
    assert api.patch(url, {"active": True}).json()["active"] is True


def test_what_is_not_the_callers_to_set_is_ignored(api: APIClient) -> None:
    patient = make_patient()
    api.patch(
        f"/api/patients/{patient.pk}/", {"id": 99, "search_text": "x", "name_key": "x", "created_at": "2000-01-01"}
    )
    fresh = Patient.objects.get()
    assert (fresh.pk, fresh.name_key, fresh.created_at) == (patient.pk, patient.name_key, patient.created_at)


def test_a_changed_name_is_found_and_the_old_one_is_not(api: APIClient) -> None:
    patient = make_patient(full_name="Old Name")
    api.patch(f"/api/patients/{patient.pk}/", {"full_name": "Zoë"})
    assert [row["full_name"] for row in api.get("/api/patients/?search=zoe").json()["results"]] == ["Zoë"]
    assert api.get("/api/patients/?search=old").json()["count"] == 0
