"""`application/problem+json` for whoever asks for it, and the plain bodies for everybody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from appointments import holds, services
from appointments.models import AppointmentChange
from clinics.models import AppointmentType, Location, Room
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import at, book, close, make_doctor, make_patient, make_room, make_type, set_hours

PROBLEM = {"Accept": "application/problem+json"}
TAKEN = "This doctor is already booked at that time."


@pytest.fixture
def doctor(db: None) -> Doctor:
    return make_doctor()


@pytest.fixture
def patient(db: None) -> Patient:
    return make_patient()


@pytest.fixture
def refused(api: APIClient, doctor: Doctor, patient: Patient) -> Callable[..., dict[str, Any]]:
    """The problem that a booking meets."""

    def ask(start: str, **more: Any) -> dict[str, Any]:
        body = {"doctor": doctor.pk, "patient": patient.pk, "appointment_time": start, **more}
        answer = api.post("/api/appointments/", body, headers=PROBLEM)
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        problem: dict[str, Any] = answer.json()
        return problem

    return ask


def starts(problem: dict[str, Any]) -> list[str]:
    return [alternative["start"] for alternative in problem["alternatives"]]


# --- The body ----------------------------------------------------------------------------------------


def test_a_refused_time_says_why_and_when_instead(
    refused: Callable[..., dict[str, Any]], doctor: Doctor, patient: Patient
) -> None:
    book("2026-03-02 10:00", doctor=doctor)
    location = Location.objects.get().pk
    assert refused("2026-03-02T10:00:00Z") == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": TAKEN,
        "code": "slot_taken",
        "errors": {"non_field_errors": [TAKEN]},
        "conflicts": ["slot_taken"],
        "alternatives": [
            {"doctor": doctor.pk, "location": location, "start": start, "end": end}
            for start, end in (
                ("2026-03-02T09:30:00Z", "2026-03-02T10:00:00Z"),
                ("2026-03-02T10:30:00Z", "2026-03-02T11:00:00Z"),
                ("2026-03-02T09:00:00Z", "2026-03-02T09:30:00Z"),
            )
        ],
    }


def test_fields_are_named(api: APIClient) -> None:
    answer = api.post("/api/patients/", {"full_name": "Jane"}, headers=PROBLEM)
    assert answer.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "What was sent is not valid. `errors` says why, by field.",
        "code": "invalid",
        "errors": {"phone_number": ["This field is required."]},
    }


def test_a_refusal_of_one_field_is_said_in_its_own_words(api: APIClient, patient: Patient) -> None:
    patient.national_id = "AB123"
    patient.save()
    visit = book()
    answer = api.patch(f"/api/appointments/{visit.pk}/", {"patient": patient.pk}, headers=PROBLEM)
    sentence = "An appointment stays with its patient. Cancel it and book a new one."
    assert answer.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": sentence,
        "code": "other_patient",
        "errors": {"patient": [sentence]},
    }


def test_an_impossible_step_says_what_is_possible(api: APIClient) -> None:
    visit = services.cancel(book())
    answer = api.post(f"/api/appointments/{visit.pk}/confirm/", headers=PROBLEM)
    assert answer.json() == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "This appointment is cancelled and cannot become confirmed. It can become scheduled.",
        "code": "impossible_transition",
        "allowed": ["scheduled"],
    }


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("get", "/api/patients/999/", (404, "Not Found", "not_found", "Not found.")),
        ("get", "/api/nowhere/", (404, "Not Found", "not_found", "Not found.")),
        ("get", "/api/patients/?page=9", (404, "Not Found", "not_found", "Invalid page.")),
        ("put", "/api/patients/", (405, "Method Not Allowed", "method_not_allowed", 'Method "PUT" not allowed.')),
        (
            "patch",
            "/api/patients/{patient}/",
            (
                412,
                "Precondition Failed",
                "version_mismatch",
                "Somebody else has changed this since you read it. Read it again and decide anew.",
            ),
        ),
    ],
)
def test_every_kind_of_error_has_its_code(
    api: APIClient, patient: Patient, method: str, path: str, expected: tuple[int, str, str, str]
) -> None:
    headers = {**PROBLEM, "If-Match": '"other"'}
    answer = getattr(api, method)(path.format(patient=patient.pk), headers=headers)
    status, title, code, detail = expected
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json() == {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}


def test_a_reused_key_is_named_alike_by_every_python(api: APIClient) -> None:
    headers = {**PROBLEM, "Idempotency-Key": "one"}
    for name in ("Jane", "John"):
        answer = api.post("/api/patients/", {"full_name": name, "phone_number": "0712345678"}, headers=headers)
    assert (answer.json()["title"], answer.json()["code"]) == ("Unprocessable Content", "idempotency_key_reused")


@pytest.mark.parametrize("token", ["", "Token x"])
def test_who_asks_without_a_good_token_is_told_how(db: None, token: str) -> None:
    headers = {**PROBLEM, "Authorization": token} if token else PROBLEM
    answer = APIClient().get("/api/patients/", headers=headers)
    told = (answer.status_code, answer["WWW-Authenticate"], answer.json()["code"])
    assert told == (401, "Token", "not_authenticated")


def test_a_busy_system_says_when_to_return(
    refused: Callable[..., dict[str, Any]], api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("patients.services.register", busy)
    answer = api.post("/api/patients/", {"full_name": "Jane", "phone_number": "0712345678"}, headers=PROBLEM)
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (503, "1", "busy")


# --- Accept ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accept",
    [
        "application/problem+json",
        "APPLICATION/PROBLEM+JSON",
        "application/json, application/problem+json",
        "application/problem+json; q=0.5, application/json",
        "text/html, application/problem+json",
    ],
)
def test_who_names_problems_gets_them_and_json_otherwise(api: APIClient, accept: str) -> None:
    assert api.get("/api/patients/999/", headers={"Accept": accept})["Content-Type"] == "application/problem+json"
    answer = api.get("/api/patients/", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/*", "application/problem+json;q=0, */*"])
def test_who_does_not_gets_the_plain_bodies(api: APIClient, doctor: Doctor, patient: Patient, accept: str) -> None:
    book("2026-03-02 10:00", doctor=doctor)
    body = {"doctor": doctor.pk, "patient": patient.pk, "appointment_time": "2026-03-02T10:00:00Z"}
    answer = api.post("/api/appointments/", body, headers={"Accept": accept})
    assert answer["Content-Type"] == "application/json"
    assert answer.content == b'{"non_field_errors":["This doctor is already booked at that time."]}'


def test_who_accepts_neither_is_refused(api: APIClient) -> None:
    answer = api.get("/api/patients/", headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.content) == (
        406,
        b'{"detail":"Could not satisfy the request Accept header."}',
    )


UNREADABLE = "application/json; q*=nobody-knows-it''1"


def test_what_of_accept_cannot_be_read_names_nothing(api: APIClient) -> None:
    told = [
        api.get("/api/patients/", headers={"Accept": accept})
        for accept in (UNREADABLE, f"{UNREADABLE}, application/problem+json")
    ]
    assert [(answer.status_code, answer["Content-Type"]) for answer in told] == [
        (406, "application/json"),
        (200, "application/json"),
    ]


def test_caches_are_told_that_errors_differ(api: APIClient) -> None:
    assert "Accept" in api.get("/api/patients/999/")["Vary"].split(", ")


# --- Alternatives ------------------------------------------------------------------------------------


def test_alternatives_book(refused: Callable[..., dict[str, Any]], doctor: Doctor, patient: Patient) -> None:
    book("2026-03-02 10:00", doctor=doctor)
    for start in starts(refused("2026-03-02T10:00:00Z")):
        services.cancel(services.book(doctor=doctor, patient=patient, start=at(start)))


def test_the_patient_can_take_them_too(
    refused: Callable[..., dict[str, Any]], doctor: Doctor, patient: Patient
) -> None:
    book("2026-03-02 10:00", doctor=doctor)
    book("2026-03-02 10:15", patient=patient)
    problem = refused("2026-03-02T10:00:00Z")
    assert problem["conflicts"] == ["slot_taken", "patient_busy"]
    assert starts(problem) == ["2026-03-02T09:30:00Z", "2026-03-02T09:00:00Z", "2026-03-02T11:00:00Z"]


def test_a_time_in_the_past_leads_to_the_first_that_is_free(refused: Callable[..., dict[str, Any]]) -> None:
    problem = refused("2025-03-02T10:00:00Z")
    assert problem["code"] == "in_the_past"
    assert problem["errors"] == {"appointment_time": ["Appointment time must be in the future."]}
    assert starts(problem) == ["2026-03-02T08:00:00Z", "2026-03-02T08:30:00Z", "2026-03-02T09:00:00Z"]


def test_outside_the_hours_the_nearest_of_both_sides_are_offered(refused: Callable[..., dict[str, Any]]) -> None:
    problem = refused("2026-03-07T12:00:00Z")  # a Saturday
    assert (problem["code"], problem["conflicts"]) == ("outside_hours", ["outside_hours"])
    assert starts(problem) == ["2026-03-06T17:30:00Z", "2026-03-06T17:00:00Z", "2026-03-06T16:30:00Z"]


def test_a_held_time_looks_taken_and_has_alternatives(refused: Callable[..., dict[str, Any]], doctor: Doctor) -> None:
    holds.hold(doctor=doctor, start=at("2026-03-02 10:00"))
    problem = refused("2026-03-02T10:00:00Z")
    assert (problem["code"], problem["detail"]) == ("slot_held", TAKEN)
    assert starts(problem) == ["2026-03-02T09:30:00Z", "2026-03-02T10:30:00Z", "2026-03-02T09:00:00Z"]


def test_alternatives_are_as_long_as_the_visit_and_further_off_where_they_have_to_be(
    refused: Callable[..., dict[str, Any]], doctor: Doctor
) -> None:
    close(doctor, "2026-03-02", "2026-03-14")
    problem = refused("2026-03-02T10:00:00Z", duration_minutes=120)
    assert [(one["start"], one["end"]) for one in problem["alternatives"]] == [
        ("2026-03-16T08:00:00Z", "2026-03-16T10:00:00Z"),
        ("2026-03-16T10:00:00Z", "2026-03-16T12:00:00Z"),
        ("2026-03-16T12:00:00Z", "2026-03-16T14:00:00Z"),
    ]


def test_where_nothing_is_free_within_a_month_there_are_none(
    refused: Callable[..., dict[str, Any]], doctor: Doctor
) -> None:
    set_hours(doctor)
    problem = refused("2026-03-02T10:00:00Z")
    assert (problem["code"], problem["alternatives"]) == ("outside_hours", [])


def test_where_a_time_is_not_all_that_is_wrong_there_are_none(
    refused: Callable[..., dict[str, Any]], doctor: Doctor
) -> None:
    doctor.active = False
    doctor.save()
    problem = refused("2026-03-01T10:00:00Z")
    assert (problem["code"], problem["alternatives"]) == ("in_the_past", [])
    assert problem["conflicts"] == ["in_the_past", "doctor_inactive", "outside_hours"]


def test_a_type_brings_its_length_notice_horizon_and_buffers(
    refused: Callable[..., dict[str, Any]], doctor: Doctor
) -> None:
    kind = AppointmentType.objects.create(
        name="Check-up",
        duration_minutes=60,
        minimum_notice_minutes=24 * 60,
        booking_horizon_days=8,
        buffer_before_minutes=15,
    )
    problem = refused("2026-03-02T10:00:00Z", appointment_type=kind.pk)
    assert problem["code"] == "too_soon"
    assert starts(problem) == ["2026-03-03T08:00:00Z", "2026-03-03T09:00:00Z", "2026-03-03T10:00:00Z"]
    problem = refused("2026-06-01T10:00:00Z", appointment_type=kind.pk)
    assert problem["code"] == "too_far_ahead"
    assert starts(problem) == ["2026-03-10T17:00:00Z", "2026-03-10T16:00:00Z", "2026-03-10T15:00:00Z"]
    book("2026-03-04 10:00", doctor=doctor)
    problem = refused("2026-03-04T10:30:00Z", appointment_type=kind.pk)
    assert problem["code"] == "buffer_needed"
    assert starts(problem) == ["2026-03-04T11:00:00Z", "2026-03-04T09:00:00Z", "2026-03-04T12:00:00Z"]


def test_a_room_that_was_named_is_free_too(refused: Callable[..., dict[str, Any]]) -> None:
    room = Room.objects.create(name="Room 1", location=Location.objects.get())
    book("2026-03-02 10:00", room=room)
    problem = refused("2026-03-02T10:15:00Z", room=room.pk)
    assert (problem["code"], problem["conflicts"]) == ("room_taken", ["room_taken"])
    assert starts(problem) == ["2026-03-02T10:30:00Z", "2026-03-02T09:30:00Z", "2026-03-02T11:00:00Z"]


def test_a_named_room_that_would_do_nowhere_has_no_other_times(refused: Callable[..., dict[str, Any]]) -> None:
    """Outside the hours the visit has no place, and nobody has asked for the room there."""
    scanner, closed = make_room("ultrasound"), make_room("ultrasound", active=False)
    scan = make_type(room_kind="ultrasound")
    for room in (make_room("consulting"), closed):
        problem = refused("2026-03-07T12:00:00Z", room=room.pk, appointment_type=scan.pk)
        assert (problem["code"], problem["alternatives"]) == ("outside_hours", [])
    problem = refused("2026-03-07T12:00:00Z", room=scanner.pk, appointment_type=scan.pk)
    assert starts(problem) == ["2026-03-06T17:30:00Z", "2026-03-06T17:00:00Z", "2026-03-06T16:30:00Z"]


def test_a_move_has_alternatives_and_its_own_time_is_not_among_them(api: APIClient, doctor: Doctor) -> None:
    book("2026-03-02 10:00", doctor=doctor)
    visit = book("2026-03-02 10:30", doctor=doctor)
    answer = api.post(
        f"/api/appointments/{visit.pk}/reschedule/", {"appointment_time": "2026-03-02T10:15:00Z"}, headers=PROBLEM
    )
    assert (answer.json()["code"], starts(answer.json())) == (
        "slot_taken",
        ["2026-03-02T09:30:00Z", "2026-03-02T11:00:00Z", "2026-03-02T09:00:00Z"],
    )


def test_a_move_keeps_the_buffers_that_it_was_booked_with(api: APIClient, doctor: Doctor) -> None:
    book("2026-03-02 10:00", doctor=doctor)
    visit = book("2026-03-02 14:00", doctor=doctor)
    visit.buffer_before_minutes = 30
    visit.save()
    answer = api.post(
        f"/api/appointments/{visit.pk}/reschedule/", {"appointment_time": "2026-03-02T10:30:00Z"}, headers=PROBLEM
    )
    assert (answer.json()["code"], starts(answer.json())) == (
        "buffer_needed",
        ["2026-03-02T11:00:00Z", "2026-03-02T09:30:00Z", "2026-03-02T11:30:00Z"],
    )


def test_others_are_never_named(refused: Callable[..., dict[str, Any]], doctor: Doctor, patient: Patient) -> None:
    other = book("2026-03-02 10:00", doctor=doctor, patient=make_patient(full_name="Somebody Else"), notes="Secret")
    problem = str(refused("2026-03-02T10:00:00Z"))
    for told in ("Somebody", "Secret", str(other.start), f"'patient': {other.patient_id}"):
        assert told not in problem


def test_nothing_is_written_by_a_refusal(refused: Callable[..., dict[str, Any]], doctor: Doctor) -> None:
    book("2026-03-02 10:00", doctor=doctor)
    before = AppointmentChange.objects.count()
    refused("2026-03-02T10:00:00Z")
    assert AppointmentChange.objects.count() == before


def test_a_database_that_is_gone_by_then_costs_only_the_alternatives(
    refused: Callable[..., dict[str, Any]], doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("api.problems.alternatives", gone)
    book("2026-03-02 10:00", doctor=doctor)
    problem = refused("2026-03-02T10:00:00Z")
    assert (problem["code"], problem["conflicts"], problem["alternatives"]) == ("slot_taken", ["slot_taken"], [])


@pytest.mark.parametrize("visits", [1, 40])
def test_alternatives_take_the_same_queries_however_full_the_calendar(
    api: APIClient, doctor: Doctor, patient: Patient, visits: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(visits):
        book(f"{at('2026-03-02 10:00') + timedelta(minutes=30 * (number % 8), days=7 * (number // 8))}", doctor=doctor)
    body = {"doctor": doctor.pk, "patient": patient.pk, "appointment_time": "2026-03-02T10:00:00Z"}

    def queries(accept: str) -> int:
        with django_assert_max_num_queries(60) as captured:
            assert api.post("/api/appointments/", body, headers={"Accept": accept}).status_code == 400
        return len(captured)

    assert queries("application/problem+json") - queries("application/json") == 2
