"""Visits that the hours no longer cover are kept, and reported."""

import pytest

from appointments import services
from appointments.availability import outside_hours
from appointments.displaced import displaced
from clinics.models import Location
from doctors import services as doctor_services
from doctors.models import Doctor
from scheduling.intervals import Interval
from tests.factories import NOW, at, book, extra_clinic, set_hours

pytestmark = pytest.mark.django_db


def test_visits_that_the_hours_no_longer_cover_are_reported_soonest_first(doctor: Doctor) -> None:
    late, early, kept = (book(f"2026-03-02 {time}", doctor=doctor) for time in ("10:30", "09:00", "10:00"))
    gone = book("2026-03-02 09:30", doctor=doctor)
    services.cancel(gone)
    set_hours(doctor, "mon 09:15-10:30")
    assert outside_hours(doctor, now=NOW) == [early, late]
    assert outside_hours(doctor, now=at("2026-03-02 09:30")) == [late]
    within = Interval(at("2026-03-02 08:00"), at("2026-03-02 10:00"))
    assert outside_hours(doctor, now=NOW, within=within) == [early]
    assert kept not in outside_hours(doctor, now=NOW)


def test_a_visit_whose_doctor_is_elsewhere_by_then_is_reported(doctor: Doctor, auckland: Location) -> None:
    visit, later = book("2026-03-02 09:30", doctor=doctor), book("2026-03-02 10:30", doctor=doctor)
    extra_clinic(doctor, "2026-03-02 09:00", "2026-03-02 10:00", auckland)
    assert outside_hours(doctor, now=NOW) == [visit]
    assert displaced(visit.location, now=NOW).visits == [visit]
    moved = services.reschedule(later, start=at("2026-03-02 09:00"))
    assert moved.location == auckland
    assert outside_hours(doctor, now=NOW) == [visit]


def test_every_visit_of_a_doctor_who_no_longer_sees_patients_is_reported(doctor: Doctor) -> None:
    set_hours(doctor, "mon 09:00-12:00")
    late, early = (book(f"2026-03-02 {time}", doctor=doctor) for time in ("10:30", "09:00"))
    doctor = doctor_services.deactivate(doctor)
    assert outside_hours(doctor, now=NOW) == [early, late]
    assert outside_hours(doctor, now=at("2026-03-02 09:30")) == [late]
