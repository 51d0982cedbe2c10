"""A visitor who books, and the private link of what was booked."""

import pytest
from django.test import Client

from clinics.models import AppointmentType
from doctors.models import Doctor
from tests.factories import make_doctor, make_type
from tests.web.booking import Booking


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor(full_name="Ada Smith")


@pytest.fixture
def kind() -> AppointmentType:
    return make_type(name="Consultation", duration_minutes=30)


@pytest.fixture
def visitor(client: Client, kind: AppointmentType, doctor: Doctor) -> Booking:
    return Booking(client, kind)


@pytest.fixture
def link(visitor: Booking, doctor: Doctor) -> str:
    """Of a visit on Wednesday at ten."""
    return visitor.through(doctor, "20260304T1000Z").removesuffix("booked/")
