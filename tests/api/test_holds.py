"""/api/holds/: literal bodies."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.roles import Role
from appointments.models import Appointment, Hold
from doctors.models import Doctor
from tests.conftest import client_of
from tests.factories import book, make_doctor, make_patient, make_room, make_type, make_user, set_hours

URL, BOOKINGS = "/api/holds/", "/api/appointments/"
TEN = "2026-03-02T10:00:00Z"
TAKEN = {"non_field_errors": ["This doctor is already booked at that time."]}
GONE = {"hold": ["This hold has ended, or is for another time or doctor. Choose a time again."]}
NOT_FOUND = {"detail": "Not found."}


@pytest.fixture
def doctor(db: None) -> Doctor:
    """Sees patients on Mondays from ten to half past eleven."""
    doctor = make_doctor()
    set_hours(doctor, "mon 10:00-11:30")
    return doctor


@pytest.fixture
def stranger(db: None) -> APIClient:
    return client_of(make_user(Role.RECEPTIONIST))


def hold(api: APIClient, doctor: Doctor, **more: Any) -> dict[str, Any]:
    answer = api.post(URL, {"doctor": doctor.pk, "appointment_time": TEN, **more})
    assert answer.status_code == 201, answer.json()
    body: dict[str, Any] = answer.json()
    return body


def booking(doctor: Doctor, **more: Any) -> dict[str, Any]:
    return {"patient": make_patient().pk, "doctor": doctor.pk, "appointment_time": TEN, **more}


def test_a_hold_answers_with_its_token_once(api: APIClient, doctor: Doctor) -> None:
    body = hold(api, doctor)
    row = Hold.objects.get()
    token = body.pop("token")
    assert len(token) == 43
    assert body == {
        "id": row.pk,
        "doctor": doctor.pk,
        "location": row.location_id,
        "room": None,
        "appointment_type": None,
        "patient": None,
        "appointment_time": "2026-03-02T10:00:00Z",
        "end": "2026-03-02T10:30:00Z",
        "expires_at": "2026-03-02T06:05:00Z",
    }
    assert api.get(f"{URL}{row.pk}/").json() == body
    assert api.get(URL).json() == {"count": 1, "next": None, "previous": None, "results": [body]}


def test_a_hold_takes_a_type_a_length_a_room_and_a_patient(api: APIClient, doctor: Doctor) -> None:
    scan, room, patient = make_type(room_kind="mri"), make_room("mri"), make_patient()
    body = hold(api, doctor, appointment_type=scan.pk, duration_minutes=45, patient=patient.pk)
    assert (body["appointment_type"], body["room"], body["patient"]) == (scan.pk, room.pk, patient.pk)
    assert body["end"] == "2026-03-02T10:45:00Z"
    assert api.post(URL, {"doctor": make_doctor().pk, "appointment_time": TEN, "room": room.pk}).json() == {
        "non_field_errors": ["This room is already booked at that time."]
    }


def test_a_held_time_is_not_listed_and_not_booked_without_the_token(api: APIClient, doctor: Doctor) -> None:
    token = hold(api, doctor)["token"]
    slots = api.get("/api/slots/?from=2026-03-02&to=2026-03-02").json()["results"]
    assert [slot["start"] for slot in slots] == ["2026-03-02T10:30:00Z", "2026-03-02T11:00:00Z"]
    for asked in ({}, {"hold": ""}):
        answer = api.post(BOOKINGS, booking(doctor, **asked))
        assert (answer.status_code, answer.json()) == (400, TAKEN)
    answer = api.post(BOOKINGS, booking(doctor, hold=token))
    assert answer.status_code == 201
    assert "hold" not in answer.json()
    assert Hold.objects.count() == 0


def test_whoever_has_the_token_books(api: APIClient, stranger: APIClient, doctor: Doctor) -> None:
    assert stranger.post(BOOKINGS, booking(doctor, hold=hold(api, doctor)["token"])).status_code == 201


def test_a_token_is_spent_once_and_for_its_own_time_only(api: APIClient, doctor: Doctor) -> None:
    token = hold(api, doctor)["token"]
    for wrong in (
        booking(doctor, hold=token, appointment_time="2026-03-02T10:30:00Z"),
        booking(make_doctor(), hold=token),
        booking(doctor, hold="nonsense"),
    ):
        answer = api.post(BOOKINGS, wrong)
        assert (answer.status_code, answer.json()) == (400, GONE)
    visit = api.post(BOOKINGS, booking(doctor, hold=token)).json()["id"]
    api.delete(f"{BOOKINGS}{visit}/")
    answer = api.post(BOOKINGS, booking(doctor, hold=token))
    assert (answer.status_code, answer.json()) == (400, GONE)


def test_a_token_for_a_patient_is_for_nobody_else(api: APIClient, doctor: Doctor) -> None:
    patient = make_patient()
    token = hold(api, doctor, patient=patient.pk)["token"]
    assert api.post(BOOKINGS, booking(doctor, hold=token)).json() == GONE
    assert api.post(BOOKINGS, {**booking(doctor, hold=token), "patient": patient.pk}).status_code == 201


def test_a_hold_frees_itself_at_its_time(api: APIClient, doctor: Doctor, clock: Any) -> None:
    body = hold(api, doctor)
    clock.move_to("2026-03-02T06:05:00Z")
    assert (api.get(f"{URL}{body['id']}/").status_code, api.get(URL).json()["count"]) == (404, 0)
    assert api.delete(f"{URL}{body['id']}/").status_code == 404
    assert api.post(BOOKINGS, booking(doctor, hold=body["token"])).json() == GONE
    assert api.post(BOOKINGS, booking(doctor)).status_code == 201


def test_deleting_a_hold_frees_its_time(api: APIClient, doctor: Doctor) -> None:
    body = hold(api, doctor)
    answer = api.delete(f"{URL}{body['id']}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.delete(f"{URL}{body['id']}/").status_code == 404
    assert hold(api, doctor)["id"] != body["id"]


def test_anothers_holds_are_not_there(api: APIClient, stranger: APIClient, doctor: Doctor) -> None:
    number = hold(api, doctor)["id"]
    assert stranger.get(URL).json()["results"] == []
    for answer in (
        stranger.get(f"{URL}{number}/"),
        stranger.delete(f"{URL}{number}/"),
        stranger.get(f"{URL}{number + 1}/"),
    ):
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert Hold.objects.count() == 1


def test_a_user_has_five_holds_at_most(api: APIClient, stranger: APIClient, db: None) -> None:
    for _ in range(5):
        hold(api, make_doctor())
    answer = api.post(URL, {"doctor": make_doctor().pk, "appointment_time": TEN})
    sentence = "You hold 5 times already. Book one, release one, or wait until one ends."
    assert (answer.status_code, answer.json()) == (400, {"non_field_errors": [sentence]})
    assert hold(stranger, make_doctor())["id"]


def test_a_patients_account_that_acts_for_nobody_holds_nothing(doctor: Doctor) -> None:
    account, patient = make_user(Role.PATIENT), make_patient(active=False)
    answer = client_of(account).post(URL, {"doctor": doctor.pk, "appointment_time": TEN})
    sentence = "Your account is not connected with your record at the clinic yet. Please call the clinic."
    assert (answer.status_code, answer.json()) == (400, {"non_field_errors": [sentence]})
    patient.user = account
    patient.save()
    assert client_of(account).post(URL, {"doctor": doctor.pk, "appointment_time": TEN}).status_code == 400
    make_patient(guardian=patient)
    assert client_of(account).post(URL, {"doctor": doctor.pk, "appointment_time": TEN}).status_code == 201


def test_a_hold_is_refused_with_the_bodies_of_a_booking(api: APIClient, doctor: Doctor) -> None:
    book(doctor=doctor)
    for moment, body in (
        (TEN, TAKEN),
        ("2026-03-02T05:00:00Z", {"appointment_time": ["Appointment time must be in the future."]}),
        ("2026-03-02T11:15:00Z", {"non_field_errors": ["Doctor is not available at this time."]}),
        ("garbage", {"appointment_time": ["Enter a date and time such as 2026-05-29T10:00:00Z or "
                                          "2026-05-29T13:00:00+03:00."]}),
    ):  # fmt: skip
        answer = api.post(URL, {"doctor": doctor.pk, "appointment_time": moment})
        assert (answer.status_code, answer.json()) == (400, body), moment
    assert api.post(URL, {}).json() == {
        "doctor": ["This field is required."],
        "appointment_time": ["This field is required."],
    }
    assert Hold.objects.count() == 0


def test_a_hold_is_not_changed(api: APIClient, doctor: Doctor) -> None:
    number = hold(api, doctor)["id"]
    for method in ("PUT", "PATCH"):
        answer = api.generic(method, f"{URL}{number}/", "{}", content_type="application/json")
        assert (answer.status_code, answer.json()) == (405, {"detail": f'Method "{method}" not allowed.'})


def test_a_visit_moves_onto_a_held_time(api: APIClient, doctor: Doctor) -> None:
    visit = book("2026-03-02 11:00", doctor=doctor)
    token = hold(api, doctor)["token"]
    for address, method in ((f"{BOOKINGS}{visit.pk}/reschedule/", api.post), (f"{BOOKINGS}{visit.pk}/", api.patch)):
        assert method(address, {"appointment_time": TEN}).json() == TAKEN
    answer = api.post(f"{BOOKINGS}{visit.pk}/reschedule/", {"appointment_time": TEN, "hold": token})
    assert (answer.status_code, answer.json()["appointment_time"]) == (200, TEN)
    assert (Hold.objects.count(), Appointment.objects.count()) == (0, 1)


def test_a_retried_hold_is_one_hold(api: APIClient, doctor: Doctor) -> None:
    first, second = (
        api.post(URL, {"doctor": doctor.pk, "appointment_time": TEN}, headers={"Idempotency-Key": "one"}) for _ in "12"
    )
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.content, Hold.objects.count()) == (second.content, 1)


def test_holds_need_a_token(db: None) -> None:
    answer = APIClient().post(URL, {})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})


def test_holds_are_narrowed_down_and_ordered(api: APIClient, doctor: Doctor) -> None:
    first = hold(api, doctor)["id"]
    second = hold(api, doctor, appointment_time="2026-03-02T10:30:00Z", patient=(patient := make_patient()).pk)["id"]
    for query, found in (
        ("", [first, second]),
        ("?ordering=-appointment_time", [second, first]),
        (f"?patient={patient.pk}", [second]),
        ("?filter=doctor:999", []),
    ):
        assert [row["id"] for row in api.get(URL + query).json()["results"]] == found, query


@pytest.mark.parametrize("number", [1, 4])
def test_a_list_of_holds_takes_the_same_queries(
    api: APIClient, number: int, django_assert_num_queries: Any, db: None
) -> None:
    for _ in range(number):
        hold(api, make_doctor())
    with django_assert_num_queries(4):  # the token with its user, the count, the page, the audit
        assert len(api.get(URL).json()["results"]) == number
