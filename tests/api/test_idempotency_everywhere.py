"""Every POST of the API may be sent again: it is answered alike, byte for byte, and does nothing twice."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from api.views.documentation import description
from appointments import services, waitlist
from appointments.series import services as series_services
from audit.models import AuditEvent
from clinics.models import Location
from tests.factories import NOW, at, book, make_doctor, make_patient

KEY = {"Idempotency-Key": "6f1c9f8e-5f0f-4c1b-9d4e-3f8b6a1d2c7e"}
NOON = "2026-03-02T12:00:00Z"
CLOSED = {"kind": "closed", "start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z"}
WEEK = {"earliest": "2026-03-02", "latest": "2026-03-06"}
Thing = Callable[[], int]


def nothing() -> int:
    return 0


def a_visit() -> int:
    return book().pk


def a_changed_visit() -> int:
    return services.confirm(book()).pk


def a_doctor() -> int:
    return make_doctor().pk


def a_patient() -> int:
    return make_patient().pk


def a_place() -> int:
    return Location.objects.default().pk


def a_series() -> int:
    made = series_services.create(
        doctor=make_doctor(), patient=make_patient(), start=at("2026-03-02 12:00"), rule="FREQ=DAILY;COUNT=2"
    )
    return made.series.pk


def an_offer() -> int:
    taken = book("2026-03-02 09:00")
    entry = waitlist.join(patient=make_patient(), doctor=taken.doctor, earliest=NOW.date(), latest=NOW.date())
    services.cancel(taken)
    return entry.pk


# What the address is about, and the body, in which "doctor", "patient" and "duplicate" stand for new ones.
REQUESTS: dict[str, tuple[Thing, dict[str, Any]]] = {
    "/api/appointment-types/": (nothing, {"name": "Scan"}),
    "/api/appointments/": (nothing, {"patient": a_patient, "doctor": a_doctor, "appointment_time": NOON}),
    "/api/appointments/{id}/cancel/": (a_visit, {"reason": "Asked"}),
    "/api/appointments/{id}/check-in/": (a_visit, {}),
    "/api/appointments/{id}/complete/": (a_visit, {}),
    "/api/appointments/{id}/confirm/": (a_visit, {"patient": {"nobody": "reads this"}}),
    "/api/appointments/{id}/no-show/": (a_visit, {"patient": "nor this"}),
    "/api/appointments/{id}/reschedule/": (a_visit, {"appointment_time": NOON}),
    "/api/appointments/{id}/start/": (a_visit, {}),
    "/api/appointments/{id}/undo/": (a_changed_visit, {}),
    "/api/doctors/": (nothing, {"full_name": "Ann", "email": "ann@clinic.test", "specialization": "Cardiology"}),
    "/api/doctors/{doctor_id}/exceptions/": (a_doctor, CLOSED),
    "/api/holds/": (nothing, {"doctor": a_doctor, "appointment_time": NOON}),
    "/api/holidays/": (nothing, {"date": "2026-03-03", "name": "Feast"}),
    "/api/holidays/import/": (nothing, {"country": "KE", "year": 2026}),
    "/api/locations/": (nothing, {"name": "Annex", "time_zone": "UTC"}),
    "/api/locations/{location_id}/exceptions/": (a_place, CLOSED),
    "/api/patients/": (nothing, {"full_name": "Jane", "phone_number": "0712345678"}),
    "/api/patients/{id}/erase/": (a_patient, {"reason": "Asked in writing."}),
    "/api/patients/{id}/legal-hold/": (a_patient, {"reason": "A court asks."}),
    "/api/patients/{id}/merge/": (a_patient, {"duplicate": a_patient}),
    "/api/rooms/": (nothing, {"location": a_place, "name": "Room 1", "kind": "consulting"}),
    "/api/series/": (
        nothing,
        {"patient": a_patient, "doctor": a_doctor, "appointment_time": NOON, "rule": "FREQ=DAILY;COUNT=2"},
    ),
    "/api/series/{id}/cancel/": (a_series, {"scope": "all"}),
    "/api/waitlist/": (nothing, {"patient": a_patient, "doctor": a_doctor, **WEEK}),
    "/api/waitlist/{id}/accept/": (an_offer, {}),
    "/api/waitlist/{id}/decline/": (an_offer, {}),
}


def test_every_post_is_tried_but_that_for_a_token() -> None:
    posts = {path for path, operations in description()["paths"].items() if "post" in operations}
    assert REQUESTS.keys() == posts - {"/api-token-auth/"}


@pytest.mark.parametrize("path", REQUESTS)
def test_what_is_sent_again_is_answered_alike(api: APIClient, path: str) -> None:
    thing, body = REQUESTS[path]
    address = re.sub(r"\{\w+\}", str(thing()), path)
    body = {name: value() if callable(value) else value for name, value in body.items()}
    first, second = (api.post(address, body, format="json", headers=KEY) for _ in range(2))
    assert (first.status_code // 100, second.status_code) == (2, first.status_code)
    assert second.content == first.content
    assert [answer.get("Idempotent-Replayed") for answer in (first, second)] == [None, "true"]


def test_a_merge_that_is_answered_again_tells_of_no_patient_but_the_two(api: APIClient) -> None:
    someone = make_patient()
    for day in (4, 5, 6):  # so that the visits have other ids than the patients
        book(f"2026-03-0{day} 10:00", patient=someone)
    kept, other = book("2026-03-02 10:00").patient, book("2026-03-02 10:00").patient
    path = f"/api/patients/{kept.pk}/merge/"
    answers = [api.post(path, {"duplicate": other.pk}, headers=KEY) for _ in range(2)]
    assert [len(answer.json()["overlapping"]) for answer in answers] == [1, 1]
    told = AuditEvent.objects.newest_first()[0]
    assert (told.details, set(told.patient_ids)) == ({"replayed": True}, {kept.pk, other.pk})
