"""Whose turn it is, and for whom a freed time is right."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
import time_machine

from appointments import offers, services, waitlist
from appointments.errors import TooManyVisits
from appointments.merging import merge
from appointments.models import Appointment, WaitlistEntry
from clinics.models import AppointmentType, Location
from clinics.services import open_location
from doctors import services as doctor_services
from doctors.models import Doctor
from tests.appointments.waitlist.waiting import fill, free, made, on_offer, wait
from tests.factories import (
    at,
    book,
    make_doctor,
    make_patient,
    make_room,
    make_type,
    set_hours,
)

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
NumQueries = Callable[[int], AbstractContextManager[Any]]


# --- Whose turn it is --------------------------------------------------------------------------------


def test_a_cancelled_visits_time_is_offered(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    services.cancel(full[1])
    assert on_offer(entry) == "2026-03-02 09:30"
    [offer] = entry.offers.all()
    assert (offer.end, offer.location) == (at("2026-03-02 10:00"), Location.objects.default())
    assert (offer.offered_at, offer.expires_at) == (at("2026-03-02 06:00"), at("2026-03-02 07:00"))


def test_the_most_urgent_comes_first(doctor: Doctor, full: list[Appointment]) -> None:
    routine, urgent = wait(doctor, priority=0), wait(doctor, priority=5)
    services.cancel(full[0])
    assert (on_offer(routine), on_offer(urgent)) == (None, "2026-03-02 09:00")


def test_of_the_equally_urgent_whoever_has_waited_longest_comes_first(doctor: Doctor, full: list[Appointment]) -> None:
    short, long = wait(doctor), wait(doctor)
    WaitlistEntry.objects.filter(pk=long.pk).update(created_at=at("2026-02-01 00:00"))
    services.cancel(full[0])
    assert (on_offer(short), on_offer(long)) == (None, "2026-03-02 09:00")


def test_two_freed_times_go_to_two_patients(doctor: Doctor, full: list[Appointment]) -> None:
    first, second, third = wait(doctor), wait(doctor), wait(doctor)
    services.cancel(full[0])
    services.cancel(full[1])
    assert [on_offer(entry) for entry in (first, second, third)] == ["2026-03-02 09:00", "2026-03-02 09:30", None]


def test_an_entry_has_one_pending_offer(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    services.cancel(full[0])
    services.cancel(full[1])
    assert made(entry) == [("03-02 09:00", "pending")]
    assert free(doctor) == ["09:30"]


def test_a_long_visits_time_goes_to_several(doctor: Doctor) -> None:
    long = book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)
    entries = [wait(doctor) for _ in range(4)]
    services.cancel(long)
    assert [on_offer(entry) for entry in entries] == ["2026-03-02 09:00", "2026-03-02 09:30", "2026-03-02 10:00", None]


# --- What suits --------------------------------------------------------------------------------------


def test_another_doctors_time_is_not_offered(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(make_doctor())
    services.cancel(full[0])
    assert on_offer(entry) is None


def test_a_specialization_is_matched_whatever_its_case(full: list[Appointment]) -> None:
    skin, heart = wait(specialization="Dermatology"), wait(specialization="cardiology")
    services.cancel(full[0])
    assert (on_offer(skin), on_offer(heart)) == (None, "2026-03-02 09:00")


def test_who_waits_for_a_type_gets_a_doctor_who_offers_it(full: list[Appointment]) -> None:
    skin = wait(appointment_type=make_type(specializations=["Dermatology"]), priority=9)
    heart = wait(appointment_type=make_type(specializations=["Cardiology"]))
    services.cancel(full[0])
    assert (on_offer(skin), on_offer(heart)) == (None, "2026-03-02 09:00")


def test_a_type_that_is_no_longer_offered_is_passed_over(full: list[Appointment]) -> None:
    kind = make_type()
    entry = wait(appointment_type=kind)
    AppointmentType.objects.update(active=False)
    services.cancel(full[0])
    assert on_offer(entry) is None


def test_who_waits_for_a_type_gets_its_length(doctor: Doctor, full: list[Appointment]) -> None:
    hour = wait(doctor, appointment_type=make_type(duration_minutes=60))
    services.cancel(full[0])
    assert on_offer(hour) is None
    services.cancel(full[1])
    assert on_offer(hour) == "2026-03-02 09:00"
    assert hour.offers.get().end == at("2026-03-02 10:00")


def test_a_types_buffers_are_kept_between_offers(doctor: Doctor) -> None:
    long = book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)
    kind = make_type(buffer_after_minutes=20)
    entries = [wait(doctor, appointment_type=kind) for _ in range(3)]
    services.cancel(long)
    assert [on_offer(entry) for entry in entries] == ["2026-03-02 09:00", "2026-03-02 09:50", None]


def test_two_who_need_the_only_room_are_not_offered_one_time(doctor: Doctor, full: list[Appointment]) -> None:
    make_room("ultrasound")
    kind = make_type(room_kind="ultrasound")
    other = make_doctor()
    set_hours(other, "mon 09:00-09:30")
    [elsewhere] = fill(other, "2026-03-02 09:00")
    first, second = wait(doctor, appointment_type=kind), wait(other, appointment_type=kind)
    services.cancel(full[0])
    services.cancel(elsewhere)
    assert (on_offer(first), on_offer(second)) == ("2026-03-02 09:00", None)


def test_another_location_does_not_suit(doctor: Doctor, full: list[Appointment]) -> None:
    there = open_location(name="Branch", time_zone="UTC")
    entry = wait(doctor, location=there)
    services.cancel(full[0])
    assert on_offer(entry) is None


@pytest.mark.parametrize(
    ("earliest", "latest", "offered"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), "2026-03-02 09:00"),
        (date(2026, 3, 3), date(2026, 3, 9), None),
        (date(2026, 3, 2), date(2026, 3, 9), "2026-03-02 09:00"),
    ],
)
def test_dates_are_inclusive(
    doctor: Doctor, full: list[Appointment], earliest: date, latest: date, offered: str | None
) -> None:
    entry = wait(doctor, earliest=earliest, latest=latest)
    services.cancel(full[0])
    assert on_offer(entry) == offered


@pytest.mark.parametrize(("weekdays", "offered"), [([0], "2026-03-02 09:00"), ([1, 4], None), ([], "2026-03-02 09:00")])
def test_weekdays(doctor: Doctor, full: list[Appointment], weekdays: list[int], offered: str | None) -> None:
    entry = wait(doctor, weekdays=weekdays)
    services.cancel(full[0])
    assert on_offer(entry) == offered


@pytest.mark.parametrize(
    ("start", "part"),
    [
        ("2026-03-02 11:30", "morning"),
        ("2026-03-02 12:00", "afternoon"),
        ("2026-03-02 16:30", "afternoon"),
        ("2026-03-02 17:00", "evening"),
    ],
)
def test_part_of_day_is_that_of_the_start(start: str, part: str) -> None:
    [visit] = fill(make_doctor(), start)
    set_hours(visit.doctor, f"mon {start[11:]}-{visit.end:%H:%M}")
    entries = {name: wait(visit.doctor, part_of_day=name) for name in ("morning", "afternoon", "evening")}
    services.cancel(visit)
    assert {name: on_offer(entry) for name, entry in entries.items()} == {
        name: (start if name == part else None) for name in entries
    }


def test_dates_weekdays_and_part_of_day_are_read_by_the_clock_on_the_locations_wall() -> None:
    # 22:30 UTC on Monday is half past seven on Tuesday morning in Tokyo.
    tokyo = open_location(name="Tokyo", time_zone="Asia/Tokyo")
    doctor = make_doctor()
    set_hours(doctor, "tue 07:30-08:00", location=tokyo)
    [visit] = fill(doctor, "2026-03-02 22:30")
    monday = wait(doctor, latest=date(2026, 3, 2), priority=9)
    mondays = wait(doctor, weekdays=[0], priority=8)
    evening = wait(doctor, part_of_day="evening", priority=7)
    suits = wait(doctor, earliest=date(2026, 3, 3), latest=date(2026, 3, 3), weekdays=[1], part_of_day="morning")
    services.cancel(visit)
    assert [on_offer(entry) for entry in (monday, mondays, evening, suits)] == [None, None, None, "2026-03-02 22:30"]


def test_a_patient_who_is_busy_elsewhere_is_passed_over(doctor: Doctor, full: list[Appointment]) -> None:
    busy, idle = wait(doctor, priority=9), wait(doctor)
    book("2026-03-02 09:15", patient=busy.patient)
    services.cancel(full[0])
    assert (on_offer(busy), on_offer(idle)) == (None, "2026-03-02 09:00")


def test_a_visit_that_stayed_with_a_merged_record_does_not_hide_the_time_after_it(doctor: Doctor) -> None:
    """Both records are one person, who is busy until 10:00: by five minutes more than a handful of times before it."""
    kept, duplicate = make_patient(), make_patient()
    for patient in (kept, duplicate):
        book("2026-03-02 09:00", patient=patient, doctor=make_doctor(), duration_minutes=60)
    long = book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)
    assert len(merge(kept, duplicate).overlapping) == 1
    services.cancel(kept.appointments.get())
    entry = wait(doctor, patient=kept)
    services.cancel(long)
    assert on_offer(entry) == "2026-03-02 10:00"


def test_a_patient_waits_online_for_no_more_than_may_be_booked_online(doctor: Doctor, settings: Any) -> None:
    settings.PATIENT_FUTURE_VISITS = 2
    patient = make_patient()
    book("2026-03-09 10:00", patient=patient)
    entry = wait(doctor, patient=patient, as_patient=True)
    with pytest.raises(TooManyVisits):
        wait(doctor, patient=patient, as_patient=True, weekdays=[0])
    wait(doctor, patient=patient)  # the clinic may
    assert WaitlistEntry.objects.count() == 2
    for standing in (entry, WaitlistEntry.objects.last()):
        waitlist.withdraw(standing)
    wait(doctor, patient=patient, as_patient=True)


def test_a_deactivated_patient_is_passed_over(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    entry.patient.active = False
    entry.patient.save()
    services.cancel(full[0])
    assert on_offer(entry) is None


def test_a_deactivated_doctors_time_is_not_offered(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    doctor_services.deactivate(doctor)
    services.cancel(full[0])
    assert on_offer(entry) is None


def test_time_off_the_grid_is_offered_as_it_was() -> None:
    doctor = make_doctor()
    set_hours(doctor, "mon 09:00-10:00")
    off = book("2026-03-02 09:07", doctor=doctor, duration_minutes=30)
    fill_before = book("2026-03-02 09:00", doctor=doctor, duration_minutes=7)
    book("2026-03-02 09:37", doctor=doctor, duration_minutes=23)
    entry = wait(doctor)
    services.cancel(off)
    assert on_offer(entry) == "2026-03-02 09:07"
    assert fill_before.status == "scheduled"


def test_the_offer_is_nearest_to_the_freed_visits_start(doctor: Doctor) -> None:
    # What lies before it has been free all along.
    [visit] = fill(doctor, "2026-03-02 09:30")
    entry = wait(doctor)
    services.cancel(visit)
    assert on_offer(entry) == "2026-03-02 09:30"


def test_many_who_cannot_come_do_not_hide_the_one_who_can(doctor: Doctor, full: list[Appointment]) -> None:
    for _ in range(30):
        wait(doctor, priority=9, part_of_day="evening")
    entry = wait(doctor)
    services.cancel(full[0])
    assert on_offer(entry) == "2026-03-02 09:00"


def test_one_change_makes_a_bounded_number_of_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "MOST_OFFERS", 2)
    long = book("2026-03-02 09:00", duration_minutes=120)
    entries = [wait(long.doctor) for _ in range(3)]
    services.cancel(long)
    assert [bool(on_offer(entry)) for entry in entries] == [True, True, False]
