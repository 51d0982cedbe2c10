"""Holds: a slot kept for whoever has the token, until its time is over."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from appointments import holds, services
from appointments.errors import (
    BadDuration,
    BufferNeeded,
    HoldGone,
    InThePast,
    OutsideHours,
    PatientBusy,
    PatientInactive,
    SlotHeld,
    SlotTaken,
    TooManyHolds,
    TooSoon,
)
from appointments.finding import Search, find_slots
from appointments.models import Appointment, Hold
from doctors.models import Doctor
from patients import services as patient_services
from tests.factories import NOW, at, book, make_doctor, make_patient, make_type, set_hours

pytestmark = pytest.mark.django_db
TEN, ELEVEN = "2026-03-02 10:00", "2026-03-02 11:00"


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on Mondays from ten to twelve, half an hour each."""
    doctor = make_doctor()
    set_hours(doctor, "mon 10:00-12:00")
    return doctor


def hold(doctor: Doctor, start: str = TEN, **asked: Any) -> tuple[Hold, str]:
    return holds.hold(doctor=doctor, start=at(start), **asked)


def free(doctor: Doctor, now: str = "2026-03-02 06:00") -> list[str]:
    search = Search([doctor], NOW.date(), NOW.date(), now=at(now), limit=99)
    return [f"{slot.start:%H:%M}" for slot in find_slots(search)]


# --- Keeping ---------------------------------------------------------------------------------------


def test_a_held_time_is_neither_listed_nor_booked(doctor: Doctor) -> None:
    hold(doctor)
    assert free(doctor) == ["10:30", "11:00", "11:30"]
    with pytest.raises(SlotHeld) as caught:
        book("2026-03-02 10:15", doctor=doctor)
    assert caught.value.message == "This doctor is already booked at that time."


def test_a_held_time_is_not_held_twice(doctor: Doctor) -> None:
    hold(doctor)
    with pytest.raises(SlotHeld):
        hold(doctor, "2026-03-02 10:29")
    assert hold(doctor, "2026-03-02 10:30")[0].pk


def test_an_override_does_not_take_a_held_time(doctor: Doctor) -> None:
    hold(doctor)
    with pytest.raises(SlotHeld):
        book(TEN, doctor=doctor, override=True, reason="Emergency")


def test_nothing_moves_onto_a_held_time(doctor: Doctor) -> None:
    visit = book(ELEVEN, doctor=doctor)
    hold(doctor)
    with pytest.raises(SlotHeld):
        services.reschedule(visit, start=at(TEN))


def test_a_hold_frees_itself_exactly_at_its_time(doctor: Doctor, clock: Any) -> None:
    kept, _ = hold(doctor)
    assert kept.expires_at == at("2026-03-02 06:05")
    clock.move_to(at("2026-03-02 06:04:59"))
    with pytest.raises(SlotHeld):
        book(TEN, doctor=doctor)
    assert free(doctor, "2026-03-02 06:04:59") == ["10:30", "11:00", "11:30"]
    clock.move_to(at("2026-03-02 06:05"))
    assert free(doctor, "2026-03-02 06:05") == ["10:00", "10:30", "11:00", "11:30"]
    assert book(TEN, doctor=doctor).pk


def test_how_long_a_hold_lasts_is_the_clinics_to_say(doctor: Doctor, settings: Any) -> None:
    settings.HOLD_MINUTES = 12
    assert hold(doctor)[0].expires_at == at("2026-03-02 06:12")
    assert hold(doctor, ELEVEN, lasting=timedelta(hours=1))[0].expires_at == at("2026-03-02 07:00")


def test_a_hold_is_judged_as_a_booking_is(doctor: Doctor) -> None:
    patient = make_patient()
    book(ELEVEN, doctor=doctor, patient=patient, appointment_type=make_type(buffer_after_minutes=15))
    for start, error in (
        (ELEVEN, SlotTaken),
        ("2026-03-02 11:30", BufferNeeded),
        ("2026-03-02 12:00", OutsideHours),
        ("2026-03-02 06:00", InThePast),
    ):
        with pytest.raises(error):
            hold(doctor, start)
    with pytest.raises(TooSoon):
        hold(doctor, appointment_type=make_type(minimum_notice_minutes=241))
    with pytest.raises(BadDuration):
        hold(doctor, duration_minutes=1441)
    with pytest.raises(PatientBusy):
        hold(make_doctor(), ELEVEN, patient=patient)
    with pytest.raises(PatientInactive):
        hold(doctor, patient=patient_services.deactivate(patient))
    assert Hold.objects.count() == 0


def test_a_hold_takes_the_length_that_a_visit_would(doctor: Doctor) -> None:
    assert hold(doctor, appointment_type=make_type(duration_minutes=20))[0].end == at("2026-03-02 10:20")
    assert hold(doctor, ELEVEN, duration_minutes=45)[0].end == at("2026-03-02 11:45")


def test_the_token_is_not_stored(doctor: Doctor) -> None:
    kept, token = hold(doctor)
    assert len(token) == 43
    assert token not in Hold.objects.filter(pk=kept.pk).values().get().values()


# --- Booking ---------------------------------------------------------------------------------------


def test_the_token_books_the_time_and_is_spent(doctor: Doctor) -> None:
    _, token = hold(doctor)
    visit = book(TEN, doctor=doctor, hold=token)
    assert (visit.start, Hold.objects.count()) == (at(TEN), 0)
    services.cancel(visit)
    with pytest.raises(HoldGone):
        book(TEN, doctor=doctor, hold=token)


def test_a_booking_has_the_type_and_the_length_of_its_hold(doctor: Doctor) -> None:
    consultation = make_type(duration_minutes=20)
    _, token = hold(doctor, appointment_type=consultation, duration_minutes=50)
    visit = book(TEN, doctor=doctor, hold=token)
    assert (visit.appointment_type, visit.duration_minutes) == (consultation, 50)


def test_a_booking_of_another_type_has_that_types_length(doctor: Doctor) -> None:
    _, token = hold(doctor)
    assert book(TEN, doctor=doctor, hold=token, appointment_type=make_type(duration_minutes=60)).duration_minutes == 60


def test_a_hold_that_was_made_in_time_stays_in_time(doctor: Doctor, clock: Any) -> None:
    _, token = hold(doctor, appointment_type=make_type(minimum_notice_minutes=240))
    clock.move_to(at("2026-03-02 06:04"))
    assert book(TEN, doctor=doctor, hold=token).pk


def test_a_token_books_nothing_else(doctor: Doctor) -> None:
    _, token = hold(doctor)
    for other in (
        {"start": "2026-03-02 10:30", "doctor": doctor},
        {"start": TEN, "doctor": make_doctor()},
        {"start": TEN, "doctor": doctor, "hold": token + "x"},
    ):
        with pytest.raises(HoldGone) as caught:
            book(**{"hold": token, **other})
        assert (caught.value.field, caught.value.message) == (
            "hold",
            "This hold has ended, or is for another time or doctor. Choose a time again.",
        )
    assert (Appointment.objects.count(), Hold.objects.count()) == (0, 1)


def test_a_hold_for_a_patient_is_for_nobody_else(doctor: Doctor) -> None:
    patient = make_patient()
    _, token = hold(doctor, patient=patient)
    with pytest.raises(HoldGone):
        book(TEN, doctor=doctor, hold=token)
    assert book(TEN, doctor=doctor, patient=patient, hold=token).pk


def test_a_token_whose_time_is_over_books_nothing(doctor: Doctor, clock: Any) -> None:
    _, token = hold(doctor)
    clock.move_to(at("2026-03-02 06:05"))
    with pytest.raises(HoldGone):
        book(TEN, doctor=doctor, hold=token)


def test_a_refused_booking_leaves_the_hold(doctor: Doctor) -> None:
    patient = make_patient()
    book(TEN, patient=patient)
    _, token = hold(doctor)
    with pytest.raises(PatientBusy):
        book(TEN, doctor=doctor, patient=patient, hold=token)
    assert book(TEN, doctor=doctor, hold=token).pk


def test_a_visit_moves_onto_a_held_time_with_its_token(doctor: Doctor) -> None:
    visit = book(ELEVEN, doctor=doctor)
    _, token = hold(doctor)
    moved = services.reschedule(visit, start=at(TEN), hold=token)
    assert (moved.start, Hold.objects.count()) == (at(TEN), 0)


def test_a_visit_does_not_move_elsewhere_with_the_token(doctor: Doctor) -> None:
    visit = book(ELEVEN, doctor=doctor)
    _, token = hold(doctor)
    with pytest.raises(HoldGone):
        services.reschedule(visit, start=at("2026-03-02 10:30"), hold=token)
    assert Hold.objects.count() == 1


# --- Giving back -----------------------------------------------------------------------------------


def test_a_released_time_is_free_at_once(doctor: Doctor) -> None:
    kept, token = hold(doctor)
    holds.release(kept)
    assert free(doctor) == ["10:00", "10:30", "11:00", "11:30"]
    with pytest.raises(HoldGone):
        book(TEN, doctor=doctor, hold=token)


def test_a_user_has_so_many_standing_holds_at_most(doctor: Doctor, user: User, settings: Any, clock: Any) -> None:
    settings.HOLDS_PER_USER = 2
    first, _ = hold(doctor, TEN, actor=user)
    clock.move_to(at("2026-03-02 06:01"))
    hold(doctor, ELEVEN, actor=user)
    with pytest.raises(TooManyHolds) as caught:
        hold(doctor, "2026-03-02 10:30", actor=user)
    assert caught.value.message == "You hold 2 times already. Book one, release one, or wait until one ends."
    other = User.objects.create_user("other")
    hold(doctor, "2026-03-02 10:30", actor=other)
    clock.move_to(first.expires_at)
    assert hold(doctor, TEN, actor=user)[0].pk


def test_clear_holds_deletes_those_whose_time_is_over(doctor: Doctor, clock: Any, capsys: Any) -> None:
    hold(doctor)
    clock.move_to(at("2026-03-02 06:01"))
    standing, _ = hold(doctor, ELEVEN)
    clock.move_to(at("2026-03-02 06:05"))
    call_command("clear_holds")
    assert capsys.readouterr().out == "Holds deleted: 1.\n"
    assert Hold.objects.get() == standing
