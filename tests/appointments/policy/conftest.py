"""Who books with whom."""

import pytest

from doctors.models import Doctor
from patients.models import Patient
from tests.factories import (
    make_doctor,
    make_patient,
)


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on weekdays from eight to six."""
    return make_doctor(specialization="Cardiology")


@pytest.fixture
def patient() -> Patient:
    return make_patient()
