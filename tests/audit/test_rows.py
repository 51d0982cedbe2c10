"""One row for each read and write of patient data: who, what, whose, and what became of it."""

from typing import Any

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from accounts.models import User
from appointments.models import Appointment
from audit.models import AuditEvent
from audit.writing import write
from common import trail
from common.open_trail import Outcome, Trail, aside, current, opened, part
from patients.models import Patient
from tests.factories import book, make_doctor, make_patient

JANE = {"full_name": "Jane Doe", "phone_number": "0712345678"}


def rows(*names: str) -> list[Any]:
    """Those fields of every row, in order; the action and the outcome unless others are named."""
    events = AuditEvent.objects.order_by("id")
    return list(events.values_list(*(names or ("action", "outcome")), flat=len(names) == 1))


def the_row() -> AuditEvent:
    return AuditEvent.objects.get()


def test_reading_a_patient_leaves_who_whom_and_whence(api: APIClient, user: User) -> None:
    patient = make_patient()
    answer = api.get(f"/api/patients/{patient.pk}/", headers={"X-Request-ID": "0123456789abcdef0123"})
    assert answer.status_code == 200
    row = AuditEvent.objects.values().get()
    assert row.pop("id")
    assert row.pop("at").isoformat() == "2026-03-02T06:00:00+00:00"
    assert row == {
        "actor": user.pk,
        "username": "reception",
        "role": "superuser",
        "action": "patient.read",
        "kind": "patient",
        "object_ids": [patient.pk],
        "patient_ids": [patient.pk],
        "outcome": "ok",
        "changes": [],
        "details": {},
        "request_id": "0123456789abcdef0123",
        "address": "127.0.0.1",
        "route": "GET patient-detail",
    }


@pytest.mark.parametrize("sent", ["", "Jane Doe"])
def test_a_row_names_its_request_as_the_answer_does(api: APIClient, sent: str) -> None:
    answer = api.get(f"/api/patients/{make_patient().pk}/", headers={"X-Request-ID": sent})
    assert AuditEvent.objects.get().request_id == answer["X-Request-ID"]


def test_a_list_says_whom_it_showed(api: APIClient) -> None:
    patients = [make_patient(full_name=name) for name in ("A", "B", "C")]
    api.get("/api/patients/?page_size=2&ordering=-full_name&search=jane&filter=sex:female,email:a@b.c")
    api.get("/api/patients/?page_size=2")
    assert rows("action", "object_ids", "patient_ids", "details") == [
        (
            "patient.list",
            [],
            [],
            {
                "query": {
                    "page_size": "2",
                    "ordering": "-full_name",
                    "search": "***",
                    "sex": "female",
                    "email": "***",
                }
            },
        ),
        (
            "patient.list",
            [patients[0].pk, patients[1].pk],
            [patients[0].pk, patients[1].pk],
            {"query": {"page_size": "2"}},
        ),
    ]


def test_a_booking_says_what_was_booked(api: APIClient) -> None:
    patient, doctor = make_patient(), make_doctor()
    answer = api.post(
        "/api/appointments/", {"patient": patient.pk, "doctor": doctor.pk, "appointment_time": "2026-03-02T10:00:00Z"}
    )
    pk = answer.json()["id"]
    row = the_row()
    assert (row.action, row.outcome, row.object_ids, row.patient_ids) == ("appointment.book", "ok", [pk], [patient.pk])
    [change] = row.changes
    assert change == {
        "kind": "appointment",
        "id": pk,
        "fields": {
            "patient": [None, patient.pk],
            "doctor": [None, doctor.pk],
            "location": [None, Appointment.objects.get().location_id],
            "start": [None, "2026-03-02T10:00:00Z"],
            "end": [None, "2026-03-02T10:30:00Z"],
            "status": [None, "scheduled"],
        },
    }


def test_a_change_keeps_before_and_after(api: APIClient) -> None:
    patient = make_patient(full_name="Jane Doe", email="jane@example.com")
    api.patch(f"/api/patients/{patient.pk}/", {"full_name": "Jane  Smith", "email": "jane@example.com"})
    row = the_row()
    assert (row.action, row.outcome, row.object_ids) == ("patient.change", "ok", [patient.pk])
    assert row.changes == [
        {"kind": "patient", "id": patient.pk, "fields": {"full_name": ["Jane Doe", "Jane Smith"]}},
    ]


def test_a_refused_write_changes_nothing_and_says_so(api: APIClient) -> None:
    visit = book("2026-03-02 10:00")
    refused = {"patient": visit.patient_id, "doctor": visit.doctor_id, "appointment_time": "2026-03-02T10:00:00Z"}
    assert api.post("/api/appointments/", refused).status_code == 400
    assert api.post(f"/api/appointments/{visit.pk}/complete/").status_code == 200
    assert api.post(f"/api/appointments/{visit.pk}/cancel/").status_code == 409
    assert rows("action", "outcome", "object_ids") == [
        ("appointment.book", "refused", []),
        ("appointment.complete", "ok", [visit.pk]),
        ("appointment.cancel", "refused", [visit.pk]),
    ]
    assert AuditEvent.objects.order_by("id").last().changes == []


@pytest.mark.parametrize(("seen", "details"), [(1000, {}), (1001, {"objects_count": 1001, "patients_count": 1001})])
def test_a_row_names_1000_records_at_most_and_says_how_many_there_were(
    db: None, seen: int, details: dict[str, int]
) -> None:
    with opened(Trail(write, action="patient.export")) as told:
        trail.saw(Patient(pk=number) for number in range(1, seen + 1))
        told.close(Outcome.OK)
    row = the_row()
    assert (row.object_ids, row.patient_ids) == ([*range(1, 1001)], [*range(1, 1001)])
    assert row.details == details


def test_where_no_trail_is_open_nothing_is_noted(db: None) -> None:
    patient = make_patient()
    with aside("offer.lapse"), part(patient):
        trail.name("patient.read", patient.pk)
        trail.tell(count=1)
        trail.saw([patient])
    assert (current(), rows()) == (None, [])


def test_who_is_turned_away_leaves_a_row(api: APIClient) -> None:
    patient = make_patient()
    assert APIClient().get(f"/api/patients/{patient.pk}/").status_code == 401
    assert api.get("/api/patients/4711/").status_code == 404
    assert rows("action", "outcome", "actor", "object_ids", "patient_ids") == [
        ("patient.read", "denied", None, [patient.pk], []),
        ("patient.read", "not_found", User.objects.get().pk, [4711], []),
    ]


def test_a_request_whose_audit_fails_fails_and_shows_nothing(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = make_patient(full_name="Jane Doe")

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("audit.writing.insert", fail)
    for url in ("/api/patients/", f"/api/patients/{patient.pk}/", "/api/patients/export/"):
        answer = api.get(url)
        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
        assert answer.json() == {"detail": "The system is busy. Nothing was changed; please try again."}
    assert api.post("/api/patients/", JANE).status_code == 503
    assert api.patch(f"/api/patients/{patient.pk}/", {"full_name": "Other"}).status_code == 503
    assert [str(patient) for patient in Patient.objects.all()] == ["Jane Doe"]


def test_a_list_costs_one_more_query_and_it_is_an_insert(api: APIClient, django_assert_num_queries: Any) -> None:
    make_patient()
    with django_assert_num_queries(4) as captured:  # the token, the count, the page
        api.get("/api/patients/")
    assert [query["sql"].split()[:3] for query in captured.captured_queries if "audit_" in query["sql"]] == [
        ["INSERT", "INTO", '"audit_auditevent"']
    ]
