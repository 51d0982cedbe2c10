"""A series of three Tuesdays. NOW is Monday 2026-03-02 06:00 UTC; the test clinic is in UTC."""

from typing import Any

import pytest

from appointments.models import Series
from appointments.series import services as series_services
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import at, make_doctor, make_patient

THREE_WEEKS = "FREQ=WEEKLY;COUNT=3"


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor()


@pytest.fixture
def patient() -> Patient:
    return make_patient()


@pytest.fixture
def asked(doctor: Doctor, patient: Patient) -> dict[str, Any]:
    """Three Tuesdays at 10:00."""
    return {"doctor": doctor, "patient": patient, "start": at("2026-03-03 10:00"), "rule": THREE_WEEKS}


@pytest.fixture
def series(asked: dict[str, Any]) -> Series:
    return series_services.create(**asked).series
