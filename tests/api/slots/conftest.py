"""Whose slots are asked for."""

import pytest

from doctors.models import Doctor
from tests.factories import make_doctor, set_hours


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on Mondays from nine to half past ten."""
    doctor = make_doctor(full_name="Wanjiru Mwangi", specialization="Cardiology")
    set_hours(doctor, "mon 09:00-10:30")
    return doctor
