"""A doctor of three visits a Monday, and their visits."""

import pytest

from appointments.models import Appointment
from doctors.models import Doctor
from tests.appointments.waitlist.waiting import fill
from tests.factories import (
    make_doctor,
    set_hours,
)


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on Mondays from nine to half past ten."""
    doctor = make_doctor(specialization="Cardiology")
    set_hours(doctor, "mon 09:00-10:30")
    return doctor


@pytest.fixture
def full(doctor: Doctor) -> list[Appointment]:
    """The doctor's three visits of today, at nine, half past nine and ten."""
    return fill(doctor, "2026-03-02 09:00", "2026-03-02 09:30", "2026-03-02 10:00")
