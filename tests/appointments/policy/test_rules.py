"""May this be booked? One test a rule: when it says no, in which words, and where its edge lies."""

from datetime import timedelta
from typing import Any

import pytest

from appointments import policy, services
from appointments.errors import TypeInactive
from clinics import services as clinic_services
from clinics.models import Location
from common.errors import Refused
from doctors import services as doctor_services
from doctors.models import Doctor
from patients import services as patient_services
from patients.models import Patient
from tests.appointments.policy.refusing import REASON, refusal
from tests.factories import (
    NOW,
    at,
    book,
    make_doctor,
    make_room,
    make_type,
    set_hours,
)

pytestmark = pytest.mark.django_db


# --- Hard rules ------------------------------------------------------------------------------------


def test_starts_in_the_future(doctor: Doctor) -> None:
    past = ("in_the_past", "appointment_time", "Appointment time must be in the future.")
    set_hours(doctor, "mon 00:00-00:00")
    assert refusal("2026-03-02 06:00", doctor=doctor) == past
    assert refusal("2026-03-02 06:00", doctor=doctor, override=True, reason=REASON) == past
    assert book("2026-03-02 06:00:01", doctor=doctor).pk


def test_doctor_is_active(doctor: Doctor) -> None:
    doctor_services.deactivate(doctor)
    answer = ("doctor_inactive", "doctor", "This doctor no longer sees patients. Choose another doctor.")
    assert refusal("2026-03-02 10:00", doctor=doctor) == answer
    assert refusal("2026-03-02 10:00", doctor=doctor, override=True, reason=REASON) == answer


def test_patient_is_active(patient: Patient) -> None:
    patient_services.deactivate(patient)
    answer = ("patient_inactive", "patient", "This patient's record is deactivated. Reactivate it before booking.")
    assert refusal("2026-03-02 10:00", patient=patient) == answer
    assert refusal("2026-03-02 10:00", patient=patient, override=True, reason=REASON) == answer


def test_type_is_active() -> None:
    gone = make_type()
    visit = book("2026-03-02 12:00", appointment_type=gone)
    clinic_services.deactivate_type(gone)
    gone.refresh_from_db()
    answer = ("type_inactive", "appointment_type", "This type of appointment is no longer offered.")
    assert refusal("2026-03-02 10:00", appointment_type=gone) == answer
    assert services.reschedule(visit, start=at("2026-03-02 13:00")).start == at("2026-03-02 13:00")


def test_what_is_no_longer_offered_is_not_put_back_but_by_undo() -> None:
    gone = make_type()
    visit = services.cancel(book("2026-03-02 12:00", appointment_type=gone))
    clinic_services.deactivate_type(gone)
    with pytest.raises(TypeInactive):
        services.set_status(visit, "scheduled")
    assert services.undo(visit).status == "scheduled"


def test_doctor_offers_it_by_specialization_or_by_name(doctor: Doctor) -> None:
    named, other = make_doctor(specialization="Dermatology"), make_doctor(specialization="Dermatology")
    echo = make_type(specializations=["cardiology"], doctors=[named])
    answer = ("not_offered", "appointment_type", "This doctor does not offer this type of appointment.")
    assert refusal("2026-03-02 10:00", doctor=other, appointment_type=echo) == answer
    assert refusal("2026-03-02 10:00", doctor=other, appointment_type=echo, override=True, reason=REASON) == answer
    assert book("2026-03-02 10:00", doctor=doctor, appointment_type=echo).appointment_type == echo
    assert book("2026-03-02 10:00", doctor=named, appointment_type=echo).appointment_type == echo


def test_a_type_that_names_doctors_only_is_offered_by_nobody_else(doctor: Doctor) -> None:
    named = make_doctor(specialization="Cardiology")
    echo = make_type(doctors=[named])
    assert refusal("2026-03-02 10:00", doctor=doctor, appointment_type=echo)[0] == "not_offered"
    assert book("2026-03-02 10:00", doctor=named, appointment_type=echo).pk


def test_a_type_that_names_nobody_is_offered_by_everybody(doctor: Doctor) -> None:
    assert book("2026-03-02 10:00", doctor=doctor, appointment_type=make_type()).pk


def test_doctor_is_free(doctor: Doctor) -> None:
    book("2026-03-02 10:00", doctor=doctor)
    answer = ("slot_taken", None, "This doctor is already booked at that time.")
    assert refusal("2026-03-02 10:29", doctor=doctor) == answer
    assert refusal("2026-03-02 10:29", doctor=doctor, override=True, reason=REASON) == answer
    assert book("2026-03-02 10:30", doctor=doctor).pk


def test_patient_is_free(patient: Patient) -> None:
    book("2026-03-02 10:00", patient=patient)
    answer = ("patient_busy", None, "This patient already has an appointment at that time.")
    assert refusal("2026-03-02 10:29", patient=patient) == answer
    assert refusal("2026-03-02 10:29", patient=patient, override=True, reason=REASON) == answer
    assert book("2026-03-02 10:30", patient=patient).pk


def test_room_is_free() -> None:
    room = make_room()
    book("2026-03-02 10:00", room=room)
    answer = ("room_taken", None, "This room is already booked at that time.")
    assert refusal("2026-03-02 10:29", room=room) == answer
    assert refusal("2026-03-02 10:29", room=room, override=True, reason=REASON) == answer
    assert book("2026-03-02 10:30", room=room).room == room


# --- Soft rules ------------------------------------------------------------------------------------


def test_within_hours(doctor: Doctor) -> None:
    answer = ("outside_hours", None, "Doctor is not available at this time.")
    assert refusal("2026-03-02 17:31", doctor=doctor) == answer
    assert refusal("2026-03-07 10:00", doctor=doctor) == answer
    assert book("2026-03-02 17:30", doctor=doctor).pk


def test_gives_notice_measured_on_instants(doctor: Doctor) -> None:
    set_hours(doctor, "tue 00:00-00:00")
    planned = make_type(minimum_notice_minutes=24 * 60)
    answer = ("too_soon", "appointment_time", "This type of appointment has to be booked at least 1 day ahead.")
    assert refusal("2026-03-03 05:59:59", doctor=doctor, appointment_type=planned) == answer
    assert book("2026-03-03 06:00", doctor=doctor, appointment_type=planned).pk


def test_notice_is_elapsed_time_across_a_clock_change(doctor: Doctor, clock: Any) -> None:
    """From Saturday noon to Sunday noon are 23 hours in New York when the clocks go forward."""
    Location.objects.update(time_zone="America/New_York")
    set_hours(doctor, "sun 00:00-00:00")
    clock.move_to("2026-03-07T12:00:00-05:00")
    planned = make_type(minimum_notice_minutes=24 * 60)
    assert refusal("2026-03-08T12:00:00-04:00", doctor=doctor, appointment_type=planned)[0] == "too_soon"
    assert book("2026-03-08T13:00:00-04:00", doctor=doctor, appointment_type=planned).pk


def test_within_horizon_the_last_day_included(doctor: Doctor) -> None:
    near = make_type(booking_horizon_days=3)
    answer = ("too_far_ahead", "appointment_time", "This type of appointment can be booked until 2026-03-05.")
    assert refusal("2026-03-06 08:00", doctor=doctor, appointment_type=near) == answer
    assert book("2026-03-05 17:30", doctor=doctor, appointment_type=near).pk


def test_a_horizon_of_no_days_is_today(doctor: Doctor) -> None:
    today = make_type(booking_horizon_days=0)
    assert refusal("2026-03-03 08:00", doctor=doctor, appointment_type=today)[0] == "too_far_ahead"
    assert book("2026-03-02 17:30", doctor=doctor, appointment_type=today).pk


@pytest.mark.parametrize(
    ("zone", "now", "last", "first_refused"),
    [
        # It is Tuesday already in Auckland: tomorrow is Wednesday, which ends on Wednesday 11:00 UTC.
        ("Pacific/Auckland", "2026-03-02 23:00", "2026-03-04 10:30", "2026-03-04 11:00"),
        # It is Sunday still in Los Angeles: tomorrow is Monday, which ends on Tuesday 08:00 UTC.
        ("America/Los_Angeles", "2026-03-02 06:00", "2026-03-03 07:30", "2026-03-03 08:00"),
    ],
)
def test_the_horizon_is_in_the_locations_dates(
    doctor: Doctor, clock: Any, *, zone: str, now: str, last: str, first_refused: str
) -> None:
    Location.objects.update(time_zone=zone)
    set_hours(doctor, *(f"{day} 00:00-00:00" for day in ("sun", "mon", "tue", "wed", "thu")))
    clock.move_to(at(now))
    tomorrow = make_type(booking_horizon_days=1)
    assert refusal(first_refused, doctor=doctor, appointment_type=tomorrow)[0] == "too_far_ahead"
    assert book(last, doctor=doctor, appointment_type=tomorrow).pk


def test_keeps_buffers(doctor: Doctor) -> None:
    book("2026-03-02 10:00", doctor=doctor, appointment_type=make_type(buffer_after_minutes=10))
    answer = ("buffer_needed", None, "The doctor needs more time between this visit and the one beside it.")
    assert refusal("2026-03-02 10:39", doctor=doctor) == answer
    assert book("2026-03-02 10:40", doctor=doctor).pk


# --- In order --------------------------------------------------------------------------------------


def test_the_first_reason_is_the_one_that_people_hear(doctor: Doctor) -> None:
    visit = book("2026-03-02 17:30", doctor=doctor)
    far = make_type(duration_minutes=60, booking_horizon_days=0, minimum_notice_minutes=24 * 60)
    proposal = policy.Proposal(doctor, visit.interval.widened(timedelta(minutes=30)), NOW, visit.patient, far)
    assert [problem.code for problem in policy.problems(proposal)] == [
        "outside_hours",
        "too_soon",
        "slot_taken",
        "patient_busy",
    ]
    with pytest.raises(Refused, match="Doctor is not available at this time"):
        policy.check(proposal)


# --- Length ----------------------------------------------------------------------------------------


def test_a_visit_lasts_as_long_as_is_said_or_as_its_type_or_as_the_doctors_visits() -> None:
    doctor, hour = make_doctor(default_duration_minutes=20), make_type(duration_minutes=60)
    assert book("2026-03-02 09:00", doctor=doctor).duration_minutes == 20
    assert book("2026-03-02 10:00", doctor=doctor, appointment_type=hour).duration_minutes == 60
    longer = book("2026-03-02 12:00", doctor=doctor, appointment_type=hour, duration_minutes=45)
    assert longer.duration_minutes == 45


def test_a_type_that_changes_moves_nobodys_visit(doctor: Doctor) -> None:
    echo = make_type(duration_minutes=60, buffer_after_minutes=5)
    visit = book("2026-03-02 10:00", doctor=doctor, appointment_type=echo)
    clinic_services.amend_type(echo, duration_minutes=30, buffer_after_minutes=30)
    moved = services.reschedule(visit, start=at("2026-03-02 09:00"))
    assert (moved.duration_minutes, moved.buffer_after_minutes) == (60, 5)
