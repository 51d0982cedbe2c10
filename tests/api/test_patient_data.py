"""/api/patients/{id}/export/, erase/ and legal-hold/: who may, and what is answered."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEvent
from patients.models import Patient
from tests.factories import book, make_doctor, make_patient

pytestmark = pytest.mark.django_db
NOT_FOUND = (404, {"detail": "Not found."})
NOT_ALLOWED = 403


def client_of(role: str, **records: Any) -> APIClient:
    user = User.objects.create_user(f"{role}-{User.objects.count()}", role=role)
    for record in records.values():
        record.user = user
        record.save()
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def jane() -> Patient:
    return make_patient(full_name="Jane Doe", national_id="123456789")


def test_a_patient_takes_their_own_data_away_and_nobody_elses(jane: Patient) -> None:
    client, other = client_of(Role.PATIENT, patient=jane), make_patient()
    answer = client.get(f"/api/patients/{jane.pk}/export/")
    assert (answer.status_code, answer.json()["patient"]["full_name"]) == (200, "Jane Doe")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="patient-{jane.pk}.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    for hidden in (other.pk, 0):
        refused = client.get(f"/api/patients/{hidden}/export/")
        assert (refused.status_code, refused.json()) == NOT_FOUND


def test_a_guardian_takes_a_childs_data_away(jane: Patient) -> None:
    client, child = client_of(Role.PATIENT, patient=jane), make_patient(guardian=jane)
    assert client.get(f"/api/patients/{child.pk}/export/").status_code == 200


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.DOCTOR, Role.AUDITOR])
def test_others_take_nothing_away(jane: Patient, role: str) -> None:
    doctor = make_doctor()
    book("2026-03-02 10:00", patient=jane, doctor=doctor)
    client = client_of(role, **({"doctor": doctor} if role == Role.DOCTOR else {}))
    assert client.get(f"/api/patients/{jane.pk}/export/").status_code == NOT_ALLOWED


def test_an_administrator_exports_and_it_is_written_down(jane: Patient) -> None:
    assert client_of(Role.ADMIN).get(f"/api/patients/{jane.pk}/export/").status_code == 200
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.object_ids, event.role) == ("patient.export", [jane.pk], "admin")


def test_an_administrator_erases_and_it_is_written_down(jane: Patient) -> None:
    client = client_of(Role.ADMIN)
    answer = client.post(f"/api/patients/{jane.pk}/erase/", {"reason": "Asked in writing"})
    assert (answer.status_code, answer.json()["full_name"]) == (200, f"Erased patient {jane.pk}")
    assert (answer.json()["national_id"], answer.json()["active"]) == (None, False)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.patient_ids, event.details["reason"]) == (
        "patient.erase",
        [jane.pk],
        "Asked in writing",
    )
    assert "Jane" not in str(event.changes)
    again = client.post(f"/api/patients/{jane.pk}/erase/", {"reason": "Again"})
    assert (again.status_code, again.json()) == (
        409,
        {"detail": "This patient's data was erased. There is no way back; register them anew."},
    )
    changed = client.patch(f"/api/patients/{jane.pk}/", {"full_name": "Jane Doe"})
    assert changed.status_code == 409


def test_why_is_asked(jane: Patient) -> None:
    answer = client_of(Role.ADMIN).post(f"/api/patients/{jane.pk}/erase/", {})
    assert (answer.status_code, answer.json()) == (400, {"reason": ["This field is required."]})


def test_visits_to_come_and_a_hold_are_in_the_way(jane: Patient) -> None:
    client, visit = client_of(Role.ADMIN), book("2026-03-02 10:00", patient=jane)
    refused = client.post(f"/api/patients/{jane.pk}/erase/", {"reason": "Asked in writing"})
    assert (refused.status_code, refused.json()["appointments"]) == (409, [visit.pk])
    client.post(f"/api/appointments/{visit.pk}/cancel/", {})
    held = client.post(f"/api/patients/{jane.pk}/legal-hold/", {"reason": "Case 4711"})
    assert (held.status_code, held.json()) == (200, {"reason": "Case 4711"})
    refused = client.post(f"/api/patients/{jane.pk}/erase/", {"reason": "Asked in writing"})
    assert (refused.status_code, refused.json()) == (
        409,
        {"detail": "This record is under a legal hold. End the hold before the data is erased."},
    )
    client.post(f"/api/patients/{jane.pk}/legal-hold/", {"reason": ""})
    assert client.post(f"/api/patients/{jane.pk}/erase/", {"reason": "Asked in writing"}).status_code == 200


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.DOCTOR, Role.PATIENT, Role.AUDITOR])
@pytest.mark.parametrize("action", ["erase", "legal-hold"])
def test_nobody_else_erases_or_holds(jane: Patient, role: str, action: str) -> None:
    client = client_of(role, **({"patient": jane} if role == Role.PATIENT else {}))
    assert client.post(f"/api/patients/{jane.pk}/{action}/", {"reason": "Why not"}).status_code == NOT_ALLOWED
    jane.refresh_from_db()
    assert (jane.full_name, jane.legal_hold) == ("Jane Doe", "")
