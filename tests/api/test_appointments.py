"""Booking, moving and cancelling over the API: literal bodies."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from appointments.models import Appointment, AppointmentChange
from doctors import services as doctor_services
from doctors.models import Doctor
from patients import services as patient_services
from patients.models import Patient
from tests.factories import book, make_doctor, make_patient

URL = "/api/appointments/"
TEN = "2026-03-02T10:00:00Z"
PAST = {"appointment_time": ["Appointment time must be in the future."]}
TAKEN = {"non_field_errors": ["This doctor is already booked at that time."]}
CLOSED = {"non_field_errors": ["Doctor is not available at this time."]}
ELSEWHERE = {"non_field_errors": ["This patient already has an appointment at that time."]}


@pytest.fixture
def doctor(db: None) -> Doctor:
    return make_doctor(full_name="Jane Smith")


@pytest.fixture
def patient(db: None) -> Patient:
    return make_patient(full_name="Jane Doe")


def booking(doctor: Doctor, patient: Patient, **more: Any) -> dict[str, Any]:
    return {"patient": patient.pk, "doctor": doctor.pk, "appointment_time": TEN, "status": "scheduled", **more}


# --- Booking -----------------------------------------------------------------------------------------


def test_a_booking_answers_with_the_appointment(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    answer = api.post(URL, booking(doctor, patient))
    assert answer.status_code == 201
    row = Appointment.objects.get()
    assert answer.json() == {
        "id": row.pk,
        "patient": patient.pk,
        "patient_name": "Jane Doe",
        "doctor": doctor.pk,
        "doctor_name": "Jane Smith",
        "location": row.location_id,
        "room": None,
        "room_name": None,
        "appointment_type": None,
        "appointment_type_name": None,
        "appointment_time": "2026-03-02T10:00:00Z",
        "end": "2026-03-02T10:30:00Z",
        "duration_minutes": 30,
        "status": "scheduled",
        "notes": "",
        "series": None,
        "version": 1,
        "created_at": "2026-03-02T06:00:00Z",
        "updated_at": "2026-03-02T06:00:00Z",
    }
    assert api.get(f"{URL}{row.pk}/").json() == answer.json()


def test_a_visit_takes_the_doctors_default_length(api: APIClient, patient: Patient) -> None:
    quick = make_doctor(default_duration_minutes=20)
    assert api.post(URL, booking(quick, patient)).json()["end"] == "2026-03-02T10:20:00Z"


def test_a_visit_takes_the_length_that_is_asked_for(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    assert api.post(URL, booking(doctor, patient, duration_minutes=45)).json()["end"] == "2026-03-02T10:45:00Z"


def test_a_visit_may_start_off_the_grid(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    answer = api.post(URL, booking(doctor, patient, appointment_time="2026-03-02T10:07:00Z"))
    assert (answer.status_code, answer.json()["end"]) == (201, "2026-03-02T10:37:00Z")


def test_the_past_is_refused(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    for moment in ("2026-03-02T05:59:59Z", "2026-03-02T06:00:00Z", "2025-05-29T10:00:00Z", "0001-01-01T00:00:00Z"):
        answer = api.post(URL, booking(doctor, patient, appointment_time=moment))
        assert (answer.status_code, answer.json()) == (400, PAST), moment
    assert Appointment.objects.count() == 0


def test_a_double_booking_is_refused(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    book(doctor=doctor)
    for moment in (TEN, "2026-03-02T10:29:00Z", "2026-03-02T09:31:00Z"):
        answer = api.post(URL, booking(doctor, patient, appointment_time=moment))
        assert (answer.status_code, answer.json()) == (400, TAKEN), moment
    assert Appointment.objects.count() == 1


def test_the_slot_after_and_the_slot_before_are_free(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    book(doctor=doctor)
    for moment in ("2026-03-02T09:30:00Z", "2026-03-02T10:30:00Z"):
        assert api.post(URL, booking(doctor, patient, appointment_time=moment)).status_code == 201


def test_outside_availability_is_refused(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    for moment in ("2026-03-02T07:59:00Z", "2026-03-02T17:31:00Z", "2026-03-07T10:00:00Z"):
        answer = api.post(URL, booking(doctor, patient, appointment_time=moment))
        assert (answer.status_code, answer.json()) == (400, CLOSED), moment


def test_a_doctor_without_hours_is_not_available(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    doctor_services.set_weekly_hours(doctor, [])
    assert api.post(URL, booking(doctor, patient)).json() == CLOSED


def test_a_patient_cannot_be_in_two_places(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    book(patient=patient)
    answer = api.post(URL, booking(doctor, patient, appointment_time="2026-03-02T10:15:00Z"))
    assert (answer.status_code, answer.json()) == (400, ELSEWHERE)


def test_a_deactivated_doctor_is_refused(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    doctor_services.deactivate(doctor)
    answer = api.post(URL, booking(doctor, patient))
    assert answer.json() == {"doctor": ["This doctor no longer sees patients. Choose another doctor."]}
    assert (answer.status_code, Appointment.objects.count()) == (400, 0)


def test_a_deactivated_patient_is_refused(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    patient_services.deactivate(patient)
    answer = api.post(URL, booking(doctor, patient))
    assert answer.json() == {"patient": ["This patient's record is deactivated. Reactivate it before booking."]}
    assert (answer.status_code, Appointment.objects.count()) == (400, 0)


@pytest.mark.parametrize("status", ["confirmed", "cancelled", "completed"])
def test_a_new_appointment_is_scheduled(api: APIClient, doctor: Doctor, patient: Patient, status: str) -> None:
    answer = api.post(URL, booking(doctor, patient, status=status))
    sentence = "A new appointment is always scheduled. Leave the status out, and change it afterwards."
    assert (answer.status_code, answer.json()) == (400, {"status": [sentence]})


def test_what_is_not_the_callers_to_set_is_ignored(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    more = {"id": 77, "version": 9, "location": 99, "created_by": 1, "end": "2030-01-01T00:00:00Z", "patient_name": "X"}
    body = api.post(URL, booking(doctor, patient, **more)).json()
    assert (body["version"], body["end"], body["patient_name"]) == (1, "2026-03-02T10:30:00Z", "Jane Doe")
    assert body["id"] != 77


# --- Moving ------------------------------------------------------------------------------------------


def test_moving_keeps_the_id_and_frees_the_old_time(api: APIClient) -> None:
    visit = book(duration_minutes=45)
    answer = api.patch(f"{URL}{visit.pk}/", {"appointment_time": "2026-03-02T11:00:00Z"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["id"], body["appointment_time"], body["end"], body["version"]) == (
        visit.pk,
        "2026-03-02T11:00:00Z",
        "2026-03-02T11:45:00Z",
        2,
    )
    assert api.post(URL, booking(visit.doctor, make_patient())).status_code == 201


def test_moving_by_less_than_its_length_does_not_collide_with_itself(api: APIClient) -> None:
    visit = book()
    answer = api.post(f"{URL}{visit.pk}/reschedule/", {"appointment_time": "2026-03-02T10:15:00Z"})
    assert (answer.status_code, answer.json()["end"]) == (200, "2026-03-02T10:45:00Z")


def test_moving_onto_its_own_time_changes_nothing(api: APIClient) -> None:
    visit = book()
    answer = api.post(f"{URL}{visit.pk}/reschedule/", {"appointment_time": TEN})
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert AppointmentChange.objects.count() == 1


@pytest.mark.parametrize("way", ["patch", "put", "reschedule"])
def test_a_move_is_refused_with_the_bodies_of_a_booking(api: APIClient, doctor: Doctor, way: str) -> None:
    visit = book(doctor=doctor)
    book("2026-03-02 12:00", doctor=doctor)
    book("2026-03-02 14:00", patient=visit.patient)
    for moment, body in (
        ("2026-03-02T05:00:00Z", PAST),
        ("2026-03-02T12:15:00Z", TAKEN),
        ("2026-03-02T19:00:00Z", CLOSED),
        ("2026-03-02T14:15:00Z", ELSEWHERE),
    ):
        if way == "patch":
            answer = api.patch(f"{URL}{visit.pk}/", {"appointment_time": moment})
        elif way == "put":
            answer = api.put(f"{URL}{visit.pk}/", booking(doctor, visit.patient, appointment_time=moment))
        else:
            answer = api.post(f"{URL}{visit.pk}/reschedule/", {"appointment_time": moment})
        assert (answer.status_code, answer.json()) == (400, body), moment
    visit.refresh_from_db()
    assert (visit.start.hour, visit.version) == (10, 1)


def test_a_move_can_change_the_doctor(api: APIClient, doctor: Doctor) -> None:
    visit = book()
    answer = api.patch(f"{URL}{visit.pk}/", {"doctor": doctor.pk})
    assert (answer.status_code, answer.json()["doctor"], answer.json()["doctor_name"]) == (200, doctor.pk, "Jane Smith")


def test_a_moved_visit_has_to_be_confirmed_again(api: APIClient) -> None:
    visit = book()
    api.post(f"{URL}{visit.pk}/confirm/")
    assert api.patch(f"{URL}{visit.pk}/", {"appointment_time": "2026-03-02T11:00:00Z"}).json()["status"] == "scheduled"


def test_put_replaces_the_appointment(api: APIClient, doctor: Doctor) -> None:
    visit = book(doctor=doctor)
    body = booking(doctor, visit.patient, appointment_time="2026-03-02T15:00:00Z", notes="Bring the X-ray.")
    answer = api.put(f"{URL}{visit.pk}/", body)
    assert (answer.status_code, answer.json()["notes"]) == (200, "Bring the X-ray.")
    assert answer.json()["appointment_time"] == "2026-03-02T15:00:00Z"


def test_an_appointment_stays_with_its_patient(api: APIClient, patient: Patient) -> None:
    visit = book()
    answer = api.patch(f"{URL}{visit.pk}/", {"patient": patient.pk})
    sentence = "An appointment stays with its patient. Cancel it and book a new one."
    assert (answer.status_code, answer.json()) == (400, {"patient": [sentence]})


def test_notes_and_status_of_yesterdays_visit_still_save(api: APIClient, clock: Any) -> None:
    visit = book()
    clock.move_to("2026-03-03T10:00:00Z")
    answer = api.patch(f"{URL}{visit.pk}/", {"notes": "All well.", "status": "completed"})
    assert (answer.status_code, answer.json()["status"], answer.json()["notes"]) == (200, "completed", "All well.")


def test_yesterdays_visit_put_as_it_was_read_still_saves(api: APIClient, clock: Any) -> None:
    visit = book()
    clock.move_to("2026-03-03T10:00:00Z")
    body = api.get(f"{URL}{visit.pk}/").json()
    answer = api.put(f"{URL}{visit.pk}/", {**body, "notes": "Late."})
    assert (answer.status_code, answer.json()["notes"]) == (200, "Late.")


# --- Status ------------------------------------------------------------------------------------------


def test_an_impossible_step_says_what_is_allowed(api: APIClient) -> None:
    visit = book()
    api.post(f"{URL}{visit.pk}/start/")
    expected = {
        "detail": "This appointment is in_progress and cannot become cancelled. It can become completed.",
        "allowed": ["completed"],
    }
    for answer in (
        api.post(f"{URL}{visit.pk}/cancel/"),
        api.patch(f"{URL}{visit.pk}/", {"status": "cancelled"}),
        api.delete(f"{URL}{visit.pk}/"),
    ):
        assert (answer.status_code, answer.json()) == (409, expected)


def test_an_unknown_status_is_refused(api: APIClient) -> None:
    answer = api.patch(f"{URL}{book().pk}/", {"status": "asleep"})
    assert (answer.status_code, answer.json()) == (400, {"status": ['"asleep" is not a valid choice.']})


def test_delete_cancels_and_twice_changes_nothing(api: APIClient) -> None:
    visit = book()
    for _ in range(2):
        answer = api.delete(f"{URL}{visit.pk}/")
        assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(f"{URL}{visit.pk}/").json()["status"] == "cancelled"
    assert AppointmentChange.objects.count() == 2


def test_a_cancelled_visit_gives_its_time_back(api: APIClient, doctor: Doctor, patient: Patient) -> None:
    api.delete(f"{URL}{book(doctor=doctor).pk}/")
    assert api.post(URL, booking(doctor, patient)).status_code == 201


def test_putting_a_cancelled_visit_back_is_a_new_booking(api: APIClient, doctor: Doctor) -> None:
    visit = book(doctor=doctor)
    api.delete(f"{URL}{visit.pk}/")
    book(doctor=doctor)
    answer = api.patch(f"{URL}{visit.pk}/", {"status": "scheduled"})
    assert (answer.status_code, answer.json()) == (400, TAKEN)
    answer = api.patch(f"{URL}{visit.pk}/", {"status": "scheduled", "appointment_time": "2026-03-02T11:00:00Z"})
    assert (answer.status_code, answer.json()["status"]) == (200, "scheduled")


def test_history_tells_who_when_what_and_why(api: APIClient, clock: Any) -> None:
    visit = book()
    clock.move_to("2026-03-02T07:00:00Z")
    api.post(f"{URL}{visit.pk}/reschedule/", {"appointment_time": "2026-03-02T11:00:00Z", "reason": "Traffic"})
    history = api.get(f"{URL}{visit.pk}/history/").json()
    assert [line["action"] for line in history] == ["booked", "moved"]
    assert history[1] == {
        "action": "moved",
        "at": "2026-03-02T07:00:00Z",
        "by": "reception",
        "reason": "Traffic",
        "from_status": "scheduled",
        "to_status": "scheduled",
        "from_appointment_time": "2026-03-02T10:00:00Z",
        "to_appointment_time": "2026-03-02T11:00:00Z",
        "from_end": "2026-03-02T10:30:00Z",
        "to_end": "2026-03-02T11:30:00Z",
        "from_doctor": visit.doctor_id,
        "to_doctor": visit.doctor_id,
        "from_room": None,
        "to_room": None,
        "overrode": [],
    }


def test_undo_takes_the_last_change_back_once(api: APIClient) -> None:
    visit = book()
    api.post(f"{URL}{visit.pk}/cancel/")
    assert api.post(f"{URL}{visit.pk}/undo/").json()["status"] == "scheduled"
    answer = api.post(f"{URL}{visit.pk}/undo/")
    sentence = "There is no change to undo: only the last one can be, and only once."
    assert (answer.status_code, answer.json()) == (409, {"detail": sentence})


def test_undo_onto_a_slot_that_is_taken_by_now_is_refused(api: APIClient) -> None:
    visit = book()
    api.post(f"{URL}{visit.pk}/cancel/")
    book(doctor=visit.doctor)
    answer = api.post(f"{URL}{visit.pk}/undo/")
    assert (answer.status_code, answer.json()) == (400, TAKEN)
