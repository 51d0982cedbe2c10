"""Nothing of a patient is in any byte that somebody receives who may not see the patient."""

import json
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from tests.contract.clinic import CANARY, CANARY_ID, CANARY_NOTES, CANARY_REASON, Clinic, methods, routes

STRANGERS = ("anonymous", "no role", "patient B", "other doctor")
MARKS = [*CANARY.values(), "Zebulon", "Quagga", "0799123123", "799123123", CANARY_NOTES, CANARY_REASON]
QUERIES = (
    {"search": "Quagga"},
    {"search": "0799123123"},
    {"search": "CNRY555019"},
    {"full_name": "Zebulon Quagga"},
    {"patient": CANARY_ID},
    {"guardian": CANARY_ID},
    {"filter": f"patient:{CANARY_ID}"},
    {"ordering": "-id", "page_size": 100},
    {"ordering": "patient", "active": "false"},
    {"filter": "national_id:CNRY555019"},
    {"doctor": 1, "from": "2026-03-02", "to": "2026-03-31"},
)
TAKEN = "2026-03-04T10:00:00Z"  # by the canary's visit


def client_of(clinic: Clinic, role: str) -> APIClient:
    client = APIClient()
    if user := clinic.users[role]:
        client.force_authenticate(user)
        client.force_login(user)
    return client


def received(answer: Any) -> str:
    """All of it, headers too, as text; without JSON's escapes."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = content.decode(errors="replace")
    if "json" in answer.headers.get("Content-Type", "") and text:
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return f"{dict(answer.headers)}\n{text}"


def found_in(answer: Any, sent: str) -> list[str]:
    """What of the canary an answer tells that the request did not say itself."""
    told = received(answer)
    return [mark for mark in [*MARKS, str(CANARY_ID)] if mark in told and mark not in sent]


@pytest.mark.parametrize("role", STRANGERS)
def test_no_get_tells_a_stranger_of_a_patient(role: str, db: None) -> None:
    clinic = Clinic()
    client = client_of(clinic, role)
    leaks, answers = {}, 0
    for route, view in routes():
        if "GET" not in methods(view):
            continue
        url = clinic.address(route)
        lists = QUERIES if route.startswith("api/") and "{" not in route and route != "api/schema/" else ()
        for query in ({}, *lists):
            with transaction.atomic():
                answer = client.get(url, query)
                if found := found_in(answer, f"{url}{query}"):
                    leaks[url, str(query)] = found
                answers += 1
                transaction.set_rollback(True)
    assert leaks == {}
    assert answers > 200


@pytest.mark.parametrize("role", STRANGERS)
@pytest.mark.parametrize("accept", ["application/json", "application/problem+json"])
def test_no_refusal_tells_a_stranger_of_a_patient(role: str, accept: str, db: None) -> None:
    clinic = Clinic()
    client = client_of(clinic, role)
    own = {"patient B": clinic.b, "other doctor": clinic.of_other_doctor}.get(role, clinic.b)
    doctor = clinic.other_doctor if role == "other doctor" else clinic.doctor
    clinic.take(clinic.other_doctor, TAKEN)
    booking = {"patient": own.pk, "doctor": doctor.pk, "appointment_time": TAKEN}
    tries: list[tuple[str, str, Any]] = [
        ("post", "/api/appointments/", booking),
        ("post", "/api/appointments/", {**booking, "patient": CANARY_ID}),
        ("post", "/api/appointments/", {**booking, "hold": "guess"}),
        ("post", "/api/appointments/", {"patient": CANARY_ID}),
        ("post", "/api/holds/", booking),
        ("post", "/api/holds/", {**booking, "patient": CANARY_ID}),
        ("post", "/api/series/", {**booking, "rule": "FREQ=DAILY;COUNT=3", "dry_run": True}),
        ("post", "/api/series/", {**booking, "rule": "FREQ=DAILY;COUNT=3"}),
        ("post", "/api/waitlist/", {"patient": CANARY_ID, "earliest": "2026-03-04", "latest": "2026-03-01"}),
        ("post", "/api/patients/", {**CANARY, "full_name": "Somebody"}),
        ("patch", f"/api/patients/{own.pk}/", {"phone_number": CANARY["phone_number"]}),
        ("patch", f"/api/patients/{own.pk}/", {"national_id": CANARY["national_id"]}),
        ("patch", f"/api/patients/{own.pk}/", {"guardian": CANARY_ID}),
        ("post", f"/api/patients/{own.pk}/merge/", {"duplicate": CANARY_ID}),
        ("post", f"/api/appointments/{clinic.visit.pk}/undo/", {}),
        ("patch", f"/api/appointments/{clinic.visit.pk}/", {"notes": "x"}),
        ("put", f"/api/doctors/{doctor.pk}/hours/", []),
    ]
    leaks = {}
    for method, url, body in tries:
        with transaction.atomic():
            answer = getattr(client, method)(url, body, format="json", HTTP_ACCEPT=accept)
            assert answer.status_code < 500
            if found := found_in(answer, f"{url}{body}"):
                leaks[method, url, str(body)] = found
            transaction.set_rollback(True)
    assert leaks == {}


@pytest.mark.parametrize("role", ["own doctor", "auditor"])
def test_whoever_reads_no_identifiers_receives_none(role: str, db: None) -> None:
    clinic = Clinic()
    client = client_of(clinic, role)
    leaks, seen = {}, 0
    for route, view in routes():
        if "GET" in methods(view):
            with transaction.atomic():
                told = received(client.get(clinic.address(route)))
                seen += CANARY["full_name"] in told
                if CANARY["national_id"] in told or CANARY["insurance_number"] in told:
                    leaks[route] = True
                transaction.set_rollback(True)
    assert leaks == {}
    assert seen > 5  # the person is there


@pytest.mark.parametrize("role", ["patient A", "guardian"])
def test_patients_receive_no_notes_of_the_desk(role: str, db: None) -> None:
    """But for the file of all their data, which is theirs by law."""
    clinic = Clinic()
    client = client_of(clinic, role)
    leaks = {}
    for route, view in routes():
        if "GET" in methods(view) and route != "api/patients/{pk}/export/":
            with transaction.atomic():
                told = received(client.get(clinic.address(route)))
                if any(mark in told for mark in (CANARY["desk_notes"], CANARY_NOTES, CANARY_REASON)):
                    leaks[route] = True
                transaction.set_rollback(True)
    assert leaks == {}


def test_the_canary_is_there_to_be_found(db: None) -> None:
    """Or the tests above would find nothing in anything."""
    clinic = Clinic()
    told = {}
    for role in ("receptionist", "patient B"):
        client = client_of(clinic, role)
        answers = [
            client.get(url)
            for url in ("/api/patients/?page_size=100", "/api/appointments/", f"/api/patients/{CANARY_ID}/")
        ]
        told[role] = [len(found_in(answer, "")) > 3 for answer in answers]
    assert told == {"receptionist": [True, True, True], "patient B": [False, False, False]}
