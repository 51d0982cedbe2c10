"""Booking without an account: one booking a token, nobody's record touched, and times kept for a while."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from appointments import online
from appointments.errors import NotOnline, OnlineBookingClosed, SlotTaken, TooManyHolds, TooSoon
from appointments.models import Appointment, Hold, OnlineBooking
from appointments.online import Visitor
from appointments.references import LETTERS, read_reference
from clinics.models import AppointmentType, Location
from clinics.services import open_location
from doctors import services as doctor_services
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient, make_type, weekly_hours

JANE = Visitor("Jane Doe", "0712 345 678", "jane@example.com", date(1990, 1, 1))
TEN = at("2026-03-02 10:00")
TOKEN = "t" * 43

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor()


@pytest.fixture
def kind() -> AppointmentType:
    return make_type(name="Consultation", duration_minutes=30)


def book_online(kind: AppointmentType, doctor: Doctor, **fields: object) -> OnlineBooking:
    facts = {"token": TOKEN, "kind": kind, "doctor": doctor, "start": TEN, "hold": "", "visitor": JANE}
    return online.book(**{**facts, **fields})


def hold_time(kind: AppointmentType, doctor: Doctor, start: str = "2026-03-02 10:00", **fields: str) -> str:
    facts = {"address": "192.0.2.1", **fields}
    return online.hold_time(kind=kind, doctor=doctor, start=at(start), **facts)[1]


def test_booking_makes_a_visit_of_a_new_record(kind: AppointmentType, doctor: Doctor) -> None:
    booking = book_online(kind, doctor)
    visit, patient = booking.appointment, booking.appointment.patient
    assert (visit.start, visit.doctor, visit.appointment_type, visit.created_by) == (TEN, doctor, kind, None)
    assert (patient.full_name, patient.phone_number, patient.email) == ("Jane Doe", "0712 345 678", "jane@example.com")
    assert patient.date_of_birth == date(1990, 1, 1)
    assert patient.desk_notes == online.FOR_THE_DESK
    assert visit.history.get().reason == "Booked online."


def test_who_is_a_patient_already_gets_a_new_record_all_the_same(kind: AppointmentType, doctor: Doctor) -> None:
    known = make_patient(full_name="Jane Doe", phone_number="0712 345 678", date_of_birth=date(1990, 1, 1))
    book("2026-03-02 10:00", patient=known)  # and is elsewhere at that time
    booking = book_online(kind, doctor)
    assert booking.appointment.patient != known
    assert Patient.objects.count() == 2


def test_sent_twice_it_is_booked_once(kind: AppointmentType, doctor: Doctor) -> None:
    first, second = book_online(kind, doctor), book_online(kind, doctor)
    assert first == second
    assert (Appointment.objects.count(), Patient.objects.count()) == (1, 1)


def test_a_token_of_another_doctors_booking_gives_that_booking(kind: AppointmentType, doctor: Doctor) -> None:
    first = book_online(kind, doctor)
    assert book_online(kind, make_doctor(), start=at("2026-03-02 11:00")) == first
    assert (Appointment.objects.count(), Patient.objects.count()) == (1, 1)


def test_a_refused_booking_leaves_no_record(kind: AppointmentType, doctor: Doctor) -> None:
    book("2026-03-02 10:00", doctor=doctor)
    with pytest.raises(SlotTaken):
        book_online(kind, doctor)
    assert (Patient.objects.count(), OnlineBooking.objects.count()) == (1, 0)


def test_what_is_booked_by_the_clinic_only_cannot_be_held_or_booked(doctor: Doctor) -> None:
    kind = make_type(bookable_online=False)
    with pytest.raises(NotOnline):
        hold_time(kind, doctor)
    with pytest.raises(NotOnline):
        book_online(kind, doctor)


def test_notice_holds_online(doctor: Doctor) -> None:
    kind = make_type(minimum_notice_minutes=24 * 60)
    with pytest.raises(TooSoon):
        book_online(kind, doctor)


def test_where_the_clinic_does_not_want_it_nothing_is_held_or_booked(
    kind: AppointmentType, doctor: Doctor, settings: Any
) -> None:
    settings.ONLINE_BOOKING = False
    with pytest.raises(OnlineBookingClosed):
        hold_time(kind, doctor)
    with pytest.raises(OnlineBookingClosed):
        book_online(kind, doctor)


def test_who_holds_the_time_books_it_and_the_hold_ends(kind: AppointmentType, doctor: Doctor) -> None:
    token = hold_time(kind, doctor)
    book_online(kind, doctor, hold=token)
    assert Hold.objects.count() == 0


def test_a_hold_that_is_over_does_not_stop_the_booking_of_a_free_time(
    kind: AppointmentType, doctor: Doctor, clock: time_machine.Traveller
) -> None:
    token = hold_time(kind, doctor)
    clock.shift(timedelta(minutes=11))
    assert book_online(kind, doctor, hold=token).appointment.start == TEN


def test_a_visitors_hold_lasts_ten_minutes(kind: AppointmentType, doctor: Doctor) -> None:
    hold_time(kind, doctor)
    assert Hold.objects.get().expires_at == at("2026-03-02 06:10")


def test_a_visitors_new_hold_ends_the_one_before(kind: AppointmentType, doctor: Doctor) -> None:
    before = hold_time(kind, doctor)
    hold_time(kind, doctor, "2026-03-02 11:00", instead_of=before)
    assert [hold.start for hold in Hold.objects.all()] == [at("2026-03-02 11:00")]


def test_an_address_holds_so_many_times_and_no_more(kind: AppointmentType, doctor: Doctor, settings: Any) -> None:
    settings.ONLINE_HOLDS_PER_ADDRESS = 2
    hold_time(kind, doctor, "2026-03-02 10:00")
    hold_time(kind, doctor, "2026-03-02 10:30")
    with pytest.raises(TooManyHolds):
        hold_time(kind, doctor, "2026-03-02 11:00")
    hold_time(kind, doctor, "2026-03-02 11:00", address="192.0.2.2")


def test_the_address_itself_is_not_stored(kind: AppointmentType, doctor: Doctor) -> None:
    hold_time(kind, doctor)
    assert len(Hold.objects.get().visitor) == 64
    assert "192.0.2.1" not in Hold.objects.get().visitor


def test_of_the_link_only_a_hash_is_stored(kind: AppointmentType, doctor: Doctor) -> None:
    booking = book_online(kind, doctor)
    assert TOKEN not in str(OnlineBooking.objects.values().get())
    assert OnlineBooking.objects.of_link(TOKEN).get() == booking
    assert not OnlineBooking.objects.of_link("another").exists()


def test_a_reference_is_eight_letters_that_are_not_misread(kind: AppointmentType, doctor: Doctor) -> None:
    booking = book_online(kind, doctor)
    assert len(booking.reference) == 8
    assert set(booking.reference) <= set(LETTERS)
    assert str(booking) == f"{booking.reference[:4]}-{booking.reference[4:]}"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("7Q2M9XKD", "7Q2M9XKD"),
        ("7q2m-9xkd", "7Q2M9XKD"),
        (" 7Q2M 9XKD ", "7Q2M9XKD"),
        ("7Q2M-OIL0", "7Q2M0110"),
        ("7Q2M", ""),
        ("7Q2M-9XKU", ""),
        ("7Q2M-9XKDD", ""),
        ("", ""),
    ],
)
def test_a_reference_is_read_as_people_say_it(typed: str, read: str) -> None:
    assert read_reference(typed) == read


def test_the_desk_finds_a_visit_by_its_reference(kind: AppointmentType, doctor: Doctor) -> None:
    booking = book_online(kind, doctor)
    book("2026-03-02 12:00", doctor=doctor)
    assert list(Appointment.objects.search(str(booking).lower())) == [booking.appointment]
    assert not Appointment.objects.search("7Q2M-9XKD").exists()


def test_a_name_of_eight_letters_is_still_found(kind: AppointmentType, doctor: Doctor) -> None:
    visit = book("2026-03-02 12:00", doctor=doctor, patient=make_patient(full_name="Margaret Doe"))
    assert list(Appointment.objects.search("Margaret")) == [visit]


def test_three_other_times_near_a_lost_one_are_found(kind: AppointmentType, doctor: Doctor) -> None:
    book("2026-03-02 10:00", doctor=doctor)
    found = online.other_times(
        kind=kind, doctor=doctor, location=doctor.weekly_hours.first().location, start=TEN, any_doctor=False
    )
    assert [slot.start for slot in found] == [at(f"2026-03-02 {time}") for time in ("09:00", "09:30", "10:30")]


def test_other_times_are_at_the_place_that_was_chosen(kind: AppointmentType, doctor: Doctor) -> None:
    here, there = Location.objects.default(), open_location(name="There", time_zone="UTC")
    week = [("mon 10:00-10:30", here), ("mon 10:30-18:00", there), ("tue 09:00-11:00", here)]
    doctor_services.set_weekly_hours(doctor, [weekly_hours(*window) for window in week])
    book("2026-03-02 10:00", doctor=doctor)
    found = online.other_times(kind=kind, doctor=doctor, location=here, start=TEN, any_doctor=False)
    assert [(slot.start, slot.location) for slot in found] == [
        (at(f"2026-03-03 {time}"), here) for time in ("09:00", "09:30", "10:00")
    ]


def test_other_doctors_times_are_offered_to_who_would_see_anybody(kind: AppointmentType, doctor: Doctor) -> None:
    other = make_doctor()
    doctor.exceptions.create(
        location=doctor.weekly_hours.first().location, kind="closed", start=at("2026-03-01"), end=at("2026-06-01")
    )
    found = online.other_times(
        kind=kind, doctor=doctor, location=doctor.weekly_hours.first().location, start=TEN, any_doctor=True
    )
    assert [(slot.start, slot.doctor) for slot in found] == [
        (at(f"2026-03-02 {time}"), other) for time in ("10:00", "10:30", "11:00")
    ]
