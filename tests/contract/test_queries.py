"""A list costs as many queries for three rows as for one, whoever asks: rows are masked and reached by role."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.roles import Role
from appointments import waitlist
from doctors.models import Doctor
from patients.models import Patient
from tests.conftest import client_of
from tests.factories import NOW, book, make_doctor, make_patient, make_user

LISTS = ("appointments", "patients", "doctors", "waitlist")


class Clinic:
    """Visits and entries of one doctor with many patients, or of one patient with many doctors."""

    def __init__(self, *, doctor: Doctor | None = None, patient: Patient | None = None) -> None:
        self.doctor, self.patient, self.number = doctor, patient, 0

    def grow(self) -> None:
        doctor, patient = self.doctor or make_doctor(), self.patient or make_patient()
        start = NOW + timedelta(hours=2, minutes=60 * self.number)
        book(f"{start:%Y-%m-%d %H:%M}", doctor=doctor, patient=patient)
        waitlist.join(patient=patient, doctor=doctor, earliest=date(2026, 3, 3), latest=date(2026, 3, 6))
        self.number += 1


@pytest.fixture(params=[Role.RECEPTIONIST, Role.ADMIN, Role.DOCTOR, Role.PATIENT, Role.AUDITOR])
def somebody(request: pytest.FixtureRequest, db: None) -> tuple[APIClient, Clinic]:
    """Who asks, and the clinic that they see."""
    role: Role = request.param
    doctor, patient = make_doctor(), make_patient()
    if role == Role.DOCTOR:
        return client_of(make_user(role, doctor=doctor)), Clinic(doctor=doctor)
    if role == Role.PATIENT:
        return client_of(make_user(role, patient=patient)), Clinic(patient=patient)
    return client_of(make_user(role)), Clinic()


@pytest.mark.parametrize("name", LISTS)
def test_three_rows_cost_what_one_costs(somebody: tuple[APIClient, Clinic], name: str) -> None:
    client, clinic = somebody
    costs, shown = [], []
    for rows in (1, 3):
        while clinic.number < rows:
            clinic.grow()
        client.get(f"/api/{name}/")  # a process may keep something from now on
        with CaptureQueriesContext(connection) as captured:
            shown = client.get(f"/api/{name}/").json()["results"]
        costs.append(len(captured))
    assert len(shown) >= (3 if name in ("appointments", "waitlist") else 1)
    assert costs[0] == costs[1]
