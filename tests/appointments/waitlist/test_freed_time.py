"""What frees time, and what opens some."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
import time_machine

from appointments import hours, services
from appointments.models import Appointment
from clinics.models import Location, LocationException
from clinics.services import open_location
from doctors import places
from doctors.models import Doctor
from tests.appointments.waitlist.waiting import made, on_offer, wait
from tests.factories import (
    at,
    book,
    close,
    extra_clinic,
    make_doctor,
    set_hours,
    weekly_hours,
)

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
NumQueries = Callable[[int], AbstractContextManager[Any]]


# --- What frees time ---------------------------------------------------------------------------------


def test_a_moved_visits_time_is_offered(doctor: Doctor, full: list[Appointment]) -> None:
    entry = wait(doctor)
    services.reschedule(full[0], start=at("2026-03-09 09:00"))
    assert on_offer(entry) == "2026-03-02 09:00"


def test_a_visit_that_moves_to_another_doctor_frees_the_first_ones_time(
    doctor: Doctor, full: list[Appointment]
) -> None:
    entry = wait(doctor)
    services.reschedule(full[0], start=full[0].start, doctor=make_doctor())
    assert on_offer(entry) == "2026-03-02 09:00"


def test_a_shortened_visits_rest_is_offered(doctor: Doctor) -> None:
    long = book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)
    entry = wait(doctor)
    services.amend(long, duration_minutes=60)
    assert on_offer(entry) == "2026-03-02 10:00"


def test_the_rest_of_a_missed_visit_is_offered(doctor: Doctor, clock: Clock) -> None:
    long = book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)
    entry = wait(doctor)
    clock.move_to(at("2026-03-02 09:20"))
    services.mark_no_show(long)
    assert on_offer(entry) == "2026-03-02 09:25"
    assert entry.offers.get().expires_at == at("2026-03-02 09:25")


def test_an_undone_move_frees_the_time_that_it_had_taken(doctor: Doctor, full: list[Appointment]) -> None:
    moved = services.reschedule(full[0], start=at("2026-03-09 09:00"))
    entry = wait(doctor, latest=date(2026, 3, 9), earliest=date(2026, 3, 9))
    services.undo(moved)
    assert on_offer(entry) == "2026-03-09 09:00"


@pytest.mark.parametrize("status", ["confirmed", "checked_in", "completed"])
def test_a_step_that_frees_nothing_offers_nothing(doctor: Doctor, full: list[Appointment], status: str) -> None:
    entry = wait(doctor)
    services.set_status(full[0], status)
    assert made(entry) == []


def test_time_that_is_over_is_not_offered(doctor: Doctor, full: list[Appointment], clock: Clock) -> None:
    entry = wait(doctor)
    clock.move_to(at("2026-03-02 12:00"))
    services.mark_no_show(full[0])
    assert on_offer(entry) is None


def test_new_hours_are_offered(doctor: Doctor) -> None:
    entry = wait(doctor)
    week = [weekly_hours(window, Location.objects.default()) for window in ("mon 09:00-10:30", "thu 14:00-15:00")]
    hours.set_weekly_hours(doctor, week)
    assert on_offer(entry) == "2026-03-05 14:00"


def test_hours_that_were_there_before_are_not_offered(doctor: Doctor) -> None:
    entry = wait(doctor)
    hours.set_weekly_hours(doctor, [weekly_hours("mon 09:00-10:30", Location.objects.default())])
    assert on_offer(entry) is None


def test_hours_at_another_place_are_new_there(doctor: Doctor) -> None:
    branch = open_location(name="Branch", time_zone="UTC")
    entry = wait(doctor, location=branch)
    hours.set_weekly_hours(doctor, [weekly_hours("mon 09:00-10:30", branch)])
    assert on_offer(entry) == "2026-03-02 09:00"
    assert entry.offers.get().location == branch


def test_new_hours_beyond_what_is_free_already_are_offered_to_who_waits_for_that_day(doctor: Doctor) -> None:
    entry = wait(doctor, earliest=date(2026, 4, 17), latest=date(2026, 4, 17))
    set_hours(doctor, "mon 08:00-18:00", "tue 08:00-18:00", "wed 08:00-18:00")
    week = [f"{day} 08:00-18:00" for day in ("mon", "tue", "wed", "fri")]
    hours.set_weekly_hours(doctor, [weekly_hours(window, Location.objects.default()) for window in week])
    assert on_offer(entry) == "2026-04-17 08:00"


def test_an_extra_clinic_is_offered(doctor: Doctor) -> None:
    entries = [wait(doctor) for _ in range(3)]
    hours.add_exception(doctor, kind="open", start=at("2026-03-04 10:00"), end=at("2026-03-04 11:00"))
    assert [on_offer(entry) for entry in entries] == ["2026-03-04 10:00", "2026-03-04 10:30", None]


def test_removed_leave_is_offered(doctor: Doctor) -> None:
    leave = close(doctor, "2026-03-02 09:30", "2026-03-02 10:00")
    entry = wait(doctor)
    hours.remove_exception(leave)
    assert on_offer(entry) == "2026-03-02 09:30"


def test_shortened_leave_is_offered(doctor: Doctor) -> None:
    leave = close(doctor, "2026-03-02 09:00", "2026-03-02 10:30")
    entry = wait(doctor)
    hours.amend_exception(leave, end=at("2026-03-02 09:30"))
    assert on_offer(entry) == "2026-03-02 09:30"


def test_new_leave_offers_nothing(doctor: Doctor) -> None:
    entry = wait(doctor)
    hours.add_exception(doctor, kind="closed", start=at("2026-03-02 09:00"), end=at("2026-03-02 09:30"))
    assert made(entry) == []


def test_a_removed_extra_clinic_offers_nothing(doctor: Doctor) -> None:
    extra = extra_clinic(doctor, "2026-03-04 10:00", "2026-03-04 11:00")
    entry = wait(doctor)
    hours.remove_exception(extra)
    assert made(entry) == []


def test_a_removed_holiday_is_offered_with_every_doctor(doctor: Doctor) -> None:
    holiday = places.add_holiday(date=date(2026, 3, 2), name="Founder's Day")
    other = make_doctor()
    entries = [wait(doctor), wait(other)]
    hours.remove_holiday(holiday)
    assert [on_offer(entry) for entry in entries] == ["2026-03-02 09:00", "2026-03-02 08:00"]


def test_the_day_that_a_holiday_leaves_is_offered(doctor: Doctor) -> None:
    holiday = places.add_holiday(date=date(2026, 3, 2), name="Founder's Day", location=Location.objects.default())
    entry = wait(doctor)
    hours.amend_holiday(holiday, date=date(2026, 3, 3))
    assert on_offer(entry) == "2026-03-02 09:00"


def test_a_closure_that_is_taken_back_is_offered(doctor: Doctor) -> None:
    place = Location.objects.default()
    closure = hours.add_location_exception(
        place, kind=LocationException.Kind.CLOSED, start=at("2026-03-02 00:00"), end=at("2026-03-03 00:00")
    )
    first, second = wait(doctor), wait(doctor)
    hours.amend_location_exception(closure, start=at("2026-03-02 09:30"))
    assert (on_offer(first), on_offer(second)) == ("2026-03-02 09:00", None)
    hours.remove_location_exception(closure)
    assert on_offer(second) == "2026-03-02 09:30"


def test_a_place_that_opens_in_spite_of_a_holiday_is_offered(doctor: Doctor) -> None:
    places.add_holiday(date=date(2026, 3, 2), name="Founder's Day")
    entry = wait(doctor)
    edges = {"start": at("2026-03-02 10:00"), "end": at("2026-03-02 12:00")}
    hours.add_location_exception(Location.objects.default(), kind=LocationException.Kind.OPEN, **edges)
    assert on_offer(entry) == "2026-03-02 10:00"
