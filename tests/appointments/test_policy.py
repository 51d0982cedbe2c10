"""May this be booked? One test a rule: when it says no, in which words, and where its edge lies."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from accounts.roles import Role
from appointments import holds, policy, services
from appointments.errors import ForTheClinic, TypeInactive
from appointments.lifecycle import Status
from appointments.merging import merge
from appointments.models import Appointment
from clinics import services as clinic_services
from clinics.models import Location
from common.errors import Refused
from doctors import services as doctor_services
from doctors.models import Doctor
from patients import services as patient_services
from patients.models import Patient
from tests.factories import (
    NOW,
    at,
    book,
    close,
    make_doctor,
    make_patient,
    make_room,
    make_type,
    set_hours,
    weekly_hours,
)

pytestmark = pytest.mark.django_db
REASON = "Emergency, agreed by phone"


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on weekdays from eight to six."""
    return make_doctor(specialization="Cardiology")


@pytest.fixture
def patient() -> Patient:
    return make_patient()


def refusal(start: str, **asked: Any) -> tuple[str, str | None, str]:
    """The code, the field and the words with which a booking is refused."""
    with pytest.raises(Refused) as caught:
        book(start, **asked)
    return caught.value.code, caught.value.field, caught.value.message


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


# --- Override --------------------------------------------------------------------------------------


def test_an_override_sets_the_soft_rules_aside_and_the_history_keeps_which_and_why(doctor: Doctor) -> None:
    book("2026-03-02 17:30", doctor=doctor, appointment_type=make_type(buffer_after_minutes=30))
    far = make_type(minimum_notice_minutes=7 * 24 * 60)
    visit = book("2026-03-02 18:10", doctor=doctor, appointment_type=far, override=True, reason=REASON)
    line = visit.history.get()
    assert (line.action, line.reason) == ("booked", REASON)
    assert line.overrode == ["outside_hours", "too_soon", "buffer_needed"]
    beyond = make_type(booking_horizon_days=1)
    later = book("2026-03-06 10:00", doctor=doctor, appointment_type=beyond, override=True, reason=REASON)
    assert later.history.get().overrode == ["too_far_ahead"]


def test_an_override_that_was_not_needed_set_nothing_aside(doctor: Doctor) -> None:
    visit = book("2026-03-02 10:00", doctor=doctor, override=True, reason=REASON)
    assert visit.history.get().overrode == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_an_override_needs_a_reason(doctor: Doctor, reason: str) -> None:
    sentence = "Say why the rules are set aside: the reason is kept in the history."
    assert refusal("2026-03-07 10:00", doctor=doctor, override=True, reason=reason) == (
        "reason_needed",
        "reason",
        sentence,
    )


def test_an_override_takes_place_where_the_doctor_is_around_then(doctor: Doctor) -> None:
    here = Location.objects.default()
    there = clinic_services.open_location(name="There", time_zone="UTC")
    week = [weekly_hours("mon 08:00-12:00", here), weekly_hours("tue 08:00-12:00", there)]
    doctor_services.set_weekly_hours(doctor, week)
    override = {"doctor": doctor, "override": True, "reason": REASON}
    assert book("2026-03-02 12:00", **override).location == here
    assert book("2026-03-03 12:00", **override).location == there
    assert book("2026-03-03 07:00", **override).location == there
    assert book("2026-03-06 12:00", **override).location == here  # nowhere near: where the week begins


def test_a_visit_can_be_moved_against_the_soft_rules(doctor: Doctor) -> None:
    visit = book("2026-03-02 10:00", doctor=doctor)
    moved = services.reschedule(visit, start=at("2026-03-02 19:00"), override=True, reason=REASON)
    line = moved.history.last()
    assert (moved.start, moved.location) == (at("2026-03-02 19:00"), visit.location)
    assert (line.action, line.reason, line.overrode) == ("moved", REASON, ["outside_hours"])


def test_undo_leads_back_to_what_was_set_aside(doctor: Doctor) -> None:
    visit = book("2026-03-02 19:00", doctor=doctor, override=True, reason=REASON)
    undone = services.undo(services.cancel(visit))
    assert (undone.status, undone.start) == ("scheduled", at("2026-03-02 19:00"))
    assert undone.history.last().overrode == ["outside_hours"]


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


# --- Cut-offs for patients -------------------------------------------------------------------------


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


def test_leave_is_set_aside_by_an_override(doctor: Doctor) -> None:
    close(doctor, "2026-03-02 09:00", "2026-03-02 12:00")
    assert refusal("2026-03-02 10:00", doctor=doctor)[0] == "outside_hours"
    assert book("2026-03-02 10:00", doctor=doctor, override=True, reason=REASON).history.get().overrode == [
        "outside_hours"
    ]
