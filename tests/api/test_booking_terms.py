"""Booking with a type, in a room, on a hold, against the soft rules: literal bodies."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from appointments.models import Appointment, AppointmentChange
from clinics.models import AppointmentType, Room
from clinics.services import deactivate_type
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import book, make_doctor, make_patient, make_room, make_type

URL = "/api/appointments/"
TEN, ELEVEN, EVENING = "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", "2026-03-02T19:00:00Z"
CLOSED = {"non_field_errors": ["Doctor is not available at this time."]}
NO_REASON = {"reason": ["Say why the rules are set aside: the reason is kept in the history."]}
UNSUITABLE = {"room": ["This room is out of use, elsewhere, or of another kind than the visit needs."]}
ROOM_TAKEN = {"non_field_errors": ["This room is already booked at that time."]}


@pytest.fixture
def doctor(db: None) -> Doctor:
    return make_doctor(default_duration_minutes=20)


@pytest.fixture
def room(db: None) -> Room:
    return make_room("mri", name="Blue")


@pytest.fixture
def scan(room: Room) -> AppointmentType:
    """An hour in a room with an MRI."""
    return make_type(name="MRI", duration_minutes=60, room_kind="mri")


def booking(doctor: Doctor, patient: Patient | None = None, **more: Any) -> dict[str, Any]:
    return {"patient": (patient or make_patient()).pk, "doctor": doctor.pk, "appointment_time": TEN, **more}


# --- Types and rooms -------------------------------------------------------------------------------


def test_a_booking_of_a_type_has_its_length_and_a_room(
    api: APIClient, doctor: Doctor, scan: AppointmentType, room: Room
) -> None:
    answer = api.post(URL, booking(doctor, appointment_type=scan.pk))
    body = answer.json()
    assert (answer.status_code, body["duration_minutes"], body["end"]) == (201, 60, "2026-03-02T11:00:00Z")
    assert (body["appointment_type"], body["appointment_type_name"]) == (scan.pk, "MRI")
    assert (body["room"], body["room_name"]) == (room.pk, "Blue")
    assert api.get(f"{URL}{body['id']}/").json() == body


def test_what_is_said_beats_the_type_and_the_type_the_doctor(
    api: APIClient, doctor: Doctor, scan: AppointmentType
) -> None:
    said = booking(doctor, appointment_type=scan.pk, duration_minutes=45)
    assert api.post(URL, said).json()["duration_minutes"] == 45
    assert api.post(URL, booking(make_doctor(), appointment_time=ELEVEN)).json()["duration_minutes"] == 30
    assert api.post(URL, booking(doctor, appointment_time=ELEVEN)).json()["duration_minutes"] == 20


def test_null_is_no_type_and_no_room(api: APIClient, doctor: Doctor) -> None:
    body = api.post(URL, booking(doctor, appointment_type=None, room=None)).json()
    assert (body["appointment_type"], body["room"], body["duration_minutes"]) == (None, None, 20)


def test_the_last_room_is_gone_for_the_next(api: APIClient, scan: AppointmentType) -> None:
    assert api.post(URL, booking(make_doctor(), appointment_type=scan.pk)).status_code == 201
    answer = api.post(URL, booking(make_doctor(), appointment_type=scan.pk))
    sentence = "No room for this (mri) is free at that time."
    assert (answer.status_code, answer.json()) == (400, {"non_field_errors": [sentence]})
    assert Appointment.objects.count() == 1


def test_a_named_room_is_booked_or_refused(api: APIClient, scan: AppointmentType, room: Room) -> None:
    other = make_room("mri")
    assert api.post(URL, booking(make_doctor(), appointment_type=scan.pk, room=other.pk)).json()["room"] == other.pk
    answer = api.post(URL, booking(make_doctor(), room=other.pk))
    assert (answer.status_code, answer.json()) == (400, ROOM_TAKEN)
    office = make_room("office")
    answer = api.post(URL, booking(make_doctor(), appointment_type=scan.pk, room=office.pk))
    assert (answer.status_code, answer.json()) == (400, UNSUITABLE)


def test_what_is_unknown_is_refused(api: APIClient, doctor: Doctor) -> None:
    answer = api.post(URL, booking(doctor, appointment_type=99, room=99))
    sentence = 'Invalid pk "99" - object does not exist.'
    assert (answer.status_code, answer.json()) == (400, {"appointment_type": [sentence], "room": [sentence]})


def test_rules_of_the_type_are_refused_at_their_field(api: APIClient, doctor: Doctor) -> None:
    soon, far = make_type(minimum_notice_minutes=2880), make_type(booking_horizon_days=0)
    other, gone = make_type(specializations=["Dermatology"]), deactivate_type(make_type())
    for kind, moment, body in (
        (soon, TEN, {"appointment_time": ["This type of appointment has to be booked at least 2 days ahead."]}),
        (
            far,
            "2026-03-03T10:00:00Z",
            {"appointment_time": ["This type of appointment can be booked until 2026-03-02."]},
        ),
        (other, TEN, {"appointment_type": ["This doctor does not offer this type of appointment."]}),
        (gone, TEN, {"appointment_type": ["This type of appointment is no longer offered."]}),
    ):
        answer = api.post(URL, booking(doctor, appointment_type=kind.pk, appointment_time=moment))
        assert (answer.status_code, answer.json()) == (400, body)


def test_buffers_are_refused_in_words(api: APIClient, doctor: Doctor) -> None:
    book(doctor=doctor, appointment_type=make_type(buffer_after_minutes=15))
    answer = api.post(URL, booking(doctor, appointment_time="2026-03-02T10:44:00Z"))
    sentence = "The doctor needs more time between this visit and the one beside it."
    assert (answer.status_code, answer.json()) == (400, {"non_field_errors": [sentence]})
    assert api.post(URL, booking(doctor, appointment_time="2026-03-02T10:45:00Z")).status_code == 201


# --- Override --------------------------------------------------------------------------------------


def test_an_override_books_and_its_reason_and_rules_are_kept(api: APIClient, doctor: Doctor) -> None:
    answer = api.post(URL, booking(doctor, appointment_time=EVENING, override=True, reason="Emergency"))
    assert answer.status_code == 201
    assert not {"override", "reason", "hold"} & set(answer.json())
    [line] = api.get(f"{URL}{answer.json()['id']}/history/").json()
    assert (line["action"], line["reason"], line["overrode"]) == ("booked", "Emergency", ["outside_hours"])


@pytest.mark.parametrize("terms", [{}, {"reason": ""}, {"reason": "  "}])
def test_an_override_without_a_reason_is_refused(api: APIClient, doctor: Doctor, terms: dict[str, str]) -> None:
    answer = api.post(URL, booking(doctor, appointment_time=EVENING, override=True, **terms))
    assert (answer.status_code, answer.json()) == (400, NO_REASON)


def test_a_reason_alone_overrides_nothing(api: APIClient, doctor: Doctor) -> None:
    for terms in ({"reason": "Emergency"}, {"reason": "Emergency", "override": False}):
        answer = api.post(URL, booking(doctor, appointment_time=EVENING, **terms))
        assert (answer.status_code, answer.json()) == (400, CLOSED)


def test_an_override_never_double_books_anybody(api: APIClient, room: Room) -> None:
    visit = book(room=room)
    terms = {"override": True, "reason": "Emergency"}
    for asked, sentence in (
        (booking(visit.doctor, **terms), "This doctor is already booked at that time."),
        (booking(make_doctor(), visit.patient, **terms), "This patient already has an appointment at that time."),
        (booking(make_doctor(), room=room.pk, **terms), "This room is already booked at that time."),
    ):
        answer = api.post(URL, asked)
        assert (answer.status_code, answer.json()) == (400, {"non_field_errors": [sentence]})
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z", "1899-12-31T23:59:00Z"])
@pytest.mark.parametrize("accept", ["application/json", "application/problem+json"])
def test_the_beginning_of_the_calendar_is_past(
    api: APIClient, doctor: Doctor, scan: AppointmentType, moment: str, accept: str
) -> None:
    asked = booking(doctor, appointment_type=scan.pk, appointment_time=moment, override=True, reason="Emergency")
    for url in (URL, "/api/holds/"):
        answer = api.post(url, asked, headers={"Accept": accept})
        body = answer.json()
        assert (answer.status_code, body.get("errors", body)) == (
            400,
            {"appointment_time": ["Appointment time must be in the future."]},
        )


# --- Changing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["patch", "put", "reschedule"])
def test_every_way_of_moving_obeys_rooms_and_overrides(
    api: APIClient, doctor: Doctor, scan: AppointmentType, room: Room, way: str
) -> None:
    visit = book(doctor=doctor, appointment_type=scan, room=room)
    other, office = make_room("mri"), make_room("office")

    def move(**asked: Any) -> Any:
        asked = {"appointment_time": ELEVEN, **asked}
        if way == "put":
            return api.put(f"{URL}{visit.pk}/", {**booking(doctor, visit.patient), **asked})
        if way == "patch":
            return api.patch(f"{URL}{visit.pk}/", asked)
        return api.post(f"{URL}{visit.pk}/reschedule/", asked)

    for asked, body in (
        ({"room": office.pk}, UNSUITABLE),
        ({"appointment_time": EVENING}, CLOSED),
        ({"appointment_time": EVENING, "override": True}, NO_REASON),
    ):
        answer = move(**asked)
        assert (answer.status_code, answer.json()) == (400, body)
    moved = move().json()
    assert (moved["appointment_time"], moved["room"], moved["appointment_type"]) == (ELEVEN, room.pk, scan.pk)
    moved = move(room=other.pk, appointment_time=EVENING, override=True, reason="Full").json()
    assert (moved["appointment_time"], moved["room"], moved["room_name"]) == (EVENING, other.pk, other.name)
    line = api.get(f"{URL}{visit.pk}/history/").json()[-1]
    assert (line["action"], line["from_room"], line["to_room"]) == ("moved", room.pk, other.pk)
    assert (line["reason"], line["overrode"]) == ("Full", ["outside_hours"])


def test_another_room_alone_is_a_change(api: APIClient, room: Room) -> None:
    visit = book(room=room)
    other = make_room("office")
    assert api.patch(f"{URL}{visit.pk}/", {"room": other.pk}).json()["room"] == other.pk
    assert api.patch(f"{URL}{visit.pk}/", {"room": None}).json()["room"] is None
    assert api.patch(f"{URL}{visit.pk}/", {"room": None}).json()["version"] == 3
    assert AppointmentChange.objects.count() == 3


def test_an_appointment_keeps_its_type(api: APIClient, doctor: Doctor, scan: AppointmentType) -> None:
    visit = book(doctor=doctor, appointment_type=scan)
    answer = api.patch(f"{URL}{visit.pk}/", {"appointment_type": make_type().pk})
    sentence = "An appointment keeps its type. Cancel it and book a new one."
    assert (answer.status_code, answer.json()) == (400, {"appointment_type": [sentence]})
    kept = api.patch(f"{URL}{visit.pk}/", {"appointment_type": scan.pk, "notes": "Fasting."}).json()
    assert (kept["appointment_type"], kept["notes"]) == (scan.pk, "Fasting.")


def test_what_was_read_can_be_put(api: APIClient, doctor: Doctor, scan: AppointmentType) -> None:
    for visit in (book(doctor=doctor, appointment_type=scan), book("2026-03-02 15:00")):
        body = api.get(f"{URL}{visit.pk}/").json()
        answer = api.put(f"{URL}{visit.pk}/", body)
        assert (answer.status_code, answer.json()) == (200, body)


# --- Lists -----------------------------------------------------------------------------------------


def test_appointments_are_listed_by_type_and_by_room(api: APIClient, scan: AppointmentType, room: Room) -> None:
    visit = book(appointment_type=scan)
    book(appointment_type=make_type())
    book(room=make_room("office"))
    for query in (
        f"appointment_type={scan.pk}",
        f"room={room.pk}",
        f"filter=room:{room.pk},appointment_type:{scan.pk}",
    ):
        assert [row["id"] for row in api.get(f"{URL}?{query}").json()["results"]] == [visit.pk]


@pytest.mark.parametrize("number", [1, 5])
def test_a_list_with_types_and_rooms_takes_the_same_queries(
    api: APIClient, number: int, django_assert_num_queries: Any, db: None
) -> None:
    for _ in range(number):
        book(appointment_type=make_type(), room=make_room())
    with django_assert_num_queries(4):  # the token with its user, the count, the page, the audit
        assert len(api.get(URL).json()["results"]) == number


def test_booking_with_a_type_and_a_room_takes_a_fixed_number_of_queries(
    api: APIClient, doctor: Doctor, scan: AppointmentType, room: Room, django_assert_num_queries: Any
) -> None:
    asked = booking(doctor, appointment_type=scan.pk, room=room.pk)
    # The token, the four records that are named, and the eighteen of `services.book`.
    with django_assert_num_queries(14):
        assert api.post(URL, asked).status_code == 201
