"""A doctor of Monday mornings, and two places. Doctors are in UTC unless a test says other."""

import pytest

from clinics.models import Location
from clinics.services import open_location
from doctors.models import Doctor
from tests.factories import make_doctor, set_hours


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on Mondays from nine to eleven, half an hour each."""
    doctor = make_doctor()
    set_hours(doctor, "mon 09:00-11:00")
    return doctor


@pytest.fixture
def location() -> Location:
    return Location.objects.default()


@pytest.fixture
def auckland() -> Location:
    return open_location(name="Auckland", time_zone="Pacific/Auckland")
