"""May a patient book this, without the clinic? When the rules for patients say no, and in which words."""

from typing import Any

import pytest
import time_machine

from accounts.models import User
from accounts.roles import Role
from appointments import holds, services
from appointments.errors import ForTheClinic
from appointments.lifecycle import Status
from appointments.merging import merge
from appointments.models import Appointment
from clinics.models import Location
from common.errors import Refused
from doctors.models import Doctor
from patients.models import Patient
from tests.appointments.policy.refusing import REASON, refusal
from tests.factories import (
    at,
    book,
    make_patient,
    make_room,
    make_type,
)

pytestmark = pytest.mark.django_db


# --- What is for the clinic ------------------------------------------------------------------------


def test_patient_may_book_it_where_it_is_bookable_online() -> None:
    surgery = make_type(bookable_online=False)
    answer = ("not_online", "appointment_type", "This type of appointment is booked by the clinic. Please call.")
    assert refusal("2026-03-02 10:00", appointment_type=surgery, as_patient=True) == answer
    assert book("2026-03-02 10:00", appointment_type=surgery).pk
    assert book("2026-03-02 10:00", appointment_type=make_type(), as_patient=True).pk


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"duration_minutes": 240}, "duration_minutes"),
        ({"notes": "Important"}, "notes"),
        ({"override": True, "reason": REASON}, "override"),
    ],
)
def test_a_patient_leaves_to_the_clinic_what_it_sets(terms: dict[str, Any], field: str) -> None:
    """On every way: the pages for patients call the verb itself."""
    answer = ("for_the_clinic", field, "Only the clinic sets this. Leave it out, or call the clinic.")
    assert refusal("2026-03-02 10:00", as_patient=True, **terms) == answer
    visit = book("2026-03-04 10:00")
    with pytest.raises(ForTheClinic) as caught:
        services.amend(visit, start=at("2026-03-05 10:00"), as_patient=True, **terms)
    assert caught.value.field == field
    visit.refresh_from_db()
    assert (visit.start, visit.notes, visit.history.count()) == (at("2026-03-04 10:00"), "", 1)


@pytest.mark.parametrize("status", ["checked_in", "no_show"])
def test_a_patient_takes_no_step_that_the_clinic_takes(status: str) -> None:
    visit = book("2026-03-04 10:00")
    with pytest.raises(ForTheClinic) as caught:
        services.set_status(visit, status, as_patient=True)
    assert caught.value.field == "status"
    assert Appointment.objects.get().status == "scheduled"


def test_a_patient_names_no_room(doctor: Doctor) -> None:
    room = make_room()
    terms: dict[str, Any] = {"doctor": doctor, "room": room, "as_patient": True}
    assert refusal("2026-03-04 10:00", **terms)[:2] == ("for_the_clinic", "room")
    with pytest.raises(ForTheClinic) as caught:
        holds.hold(start=at("2026-03-04 10:00"), patient=make_patient(), **terms)
    assert caught.value.field == "room"


# --- How many --------------------------------------------------------------------------------------


def test_leaves_some_for_others(patient: Patient, settings: Any) -> None:
    settings.PATIENT_FUTURE_VISITS = 2
    first = book("2026-03-05 10:00", patient=patient, as_patient=True)
    book("2026-03-02 11:00", patient=patient)  # by the clinic: it counts as well
    answer = (
        "too_many_visits",
        None,
        "2 visits to come are all that can be booked online. Call the clinic to book another.",
    )
    assert refusal("2026-03-02 12:00", patient=patient, as_patient=True) == answer
    assert services.reschedule(first, start=at("2026-03-06 10:00"), as_patient=True).pk
    assert book("2026-03-02 12:00", patient=patient).pk  # the clinic may
    assert book("2026-03-02 12:00", as_patient=True).pk  # and so may others
    services.cancel(first)
    assert refusal("2026-03-02 13:00", patient=patient, as_patient=True) == answer  # one is to come still, and another


def test_visits_that_stayed_with_a_merged_record_are_the_same_persons(patient: Patient, settings: Any) -> None:
    settings.PATIENT_FUTURE_VISITS = 2
    twin = make_patient()
    book("2026-03-05 10:00", patient=patient)
    stayed = book("2026-03-05 10:00", patient=twin)
    assert [overlap.visit for overlap in merge(patient, twin).overlapping] == [stayed]
    answer = refusal("2026-03-02 11:00", patient=patient, as_patient=True)
    assert answer and answer[0] == "too_many_visits"
    settings.PATIENT_CANCELLATIONS = 1
    services.cancel(stayed, actor=User.objects.create_user("jane", role=Role.PATIENT))
    answer = refusal("2026-03-02 11:00", patient=patient, as_patient=True)
    assert answer and answer[0] == "cancelled_too_often"


def test_visits_that_are_over_or_cancelled_leave_room_for_others(
    patient: Patient, settings: Any, clock: time_machine.Traveller
) -> None:
    settings.PATIENT_FUTURE_VISITS = 1
    services.cancel(book("2026-03-02 10:00", patient=patient))
    book("2026-03-02 11:00", patient=patient, as_patient=True)
    clock.move_to(at("2026-03-02 11:00"))
    assert book("2026-03-02 12:00", patient=patient, as_patient=True).pk


def test_keeps_what_is_booked(patient: Patient, settings: Any, clock: time_machine.Traveller) -> None:
    settings.PATIENT_CANCELLATIONS, settings.PATIENT_CANCELLATION_DAYS = 2, 30
    jane = User.objects.create_user("jane", role=Role.PATIENT)
    desk = User.objects.create_user("desk", role=Role.RECEPTIONIST)
    for hour, actor in ((10, jane), (11, desk), (12, jane)):
        assert book(f"2026-03-02 {hour}:00", patient=patient, as_patient=True).pk
        services.cancel(Appointment.objects.latest("id"), actor=actor)
    answer = (
        "cancelled_too_often",
        None,
        "2 visits were cancelled online within 30 days. Call the clinic to book another.",
    )
    assert refusal("2026-03-02 13:00", patient=patient, as_patient=True) == answer
    assert book("2026-03-02 13:00", patient=patient).pk  # the clinic may
    assert book("2026-03-02 13:00", as_patient=True).pk  # and so may others
    clock.move_to(at("2026-04-01 06:00"))  # thirty days later
    assert book("2026-04-01 13:00", patient=patient, as_patient=True).pk


def test_no_limit_is_no_limit(patient: Patient, settings: Any) -> None:
    settings.PATIENT_FUTURE_VISITS = settings.PATIENT_CANCELLATIONS = 0
    jane = User.objects.create_user("jane", role=Role.PATIENT)
    for hour in range(10, 15):
        services.cancel(book(f"2026-03-03 {hour}:00", patient=patient, as_patient=True), actor=jane)
        assert book(f"2026-03-02 {hour}:00", patient=patient, as_patient=True).pk


# --- Until when ------------------------------------------------------------------------------------

PAST_CUT_OFF = "Patients can move or cancel this visit until 1 day before it. Please call the clinic."


def test_patients_move_and_cancel_until_the_cut_off(doctor: Doctor, clock: Any) -> None:
    visit = book("2026-03-04 10:00", doctor=doctor)
    clock.move_to(at("2026-03-03 10:00"))
    visit = services.reschedule(visit, start=at("2026-03-04 11:00"), as_patient=True)
    assert services.cancel(visit, as_patient=True).status == Status.CANCELLED


def test_after_the_cut_off_patients_call_the_clinic(doctor: Doctor, clock: Any) -> None:
    visit = book("2026-03-04 10:00", doctor=doctor)
    clock.move_to(at("2026-03-03 10:00:01"))
    for change in (
        lambda: services.reschedule(visit, start=at("2026-03-05 10:00"), as_patient=True),
        lambda: services.cancel(visit, as_patient=True),
    ):
        with pytest.raises(Refused) as caught:
            change()
        assert (caught.value.code, caught.value.message) == ("past_cut_off", PAST_CUT_OFF)
    assert services.cancel(visit).status == Status.CANCELLED


def test_after_the_cut_off_patients_still_confirm(doctor: Doctor, clock: Any) -> None:
    visit = book("2026-03-04 10:00", doctor=doctor)
    clock.move_to(at("2026-03-04 09:00"))
    assert services.confirm(visit, as_patient=True).status == Status.CONFIRMED


def test_each_location_has_its_own_cut_off(doctor: Doctor, clock: Any) -> None:
    Location.objects.update(patient_cutoff_minutes=90)
    visit = book("2026-03-04 10:00", doctor=doctor)
    clock.move_to(at("2026-03-04 08:30"))
    assert services.cancel(visit, as_patient=True).status == Status.CANCELLED
