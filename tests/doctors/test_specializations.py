"""Specializations are what people mean, whatever the case and the accents: on SQLite too, which folds ASCII only."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from rest_framework.test import APIClient

from appointments.models import WaitlistEntry
from clinics.models import AppointmentType
from doctors.models import Doctor
from tests.factories import make_doctor, make_patient

SPELLINGS = ("Orthopädie", "ORTHOPÄDIE", "orthopadie", "  Orthopädie ", "Orthopa\u0308die")
each_spelling = pytest.mark.parametrize("spelling", SPELLINGS)


@pytest.fixture
def doctor(db: None) -> Doctor:
    make_doctor(specialization="Dermatology")
    return make_doctor(specialization="Orthopädie")


@each_spelling
def test_who_practises_it_is_found(doctor: Doctor, spelling: str) -> None:
    assert list(Doctor.objects.practising(spelling)) == [doctor]


@each_spelling
def test_who_offers_a_type_is_found(doctor: Doctor, spelling: str) -> None:
    kind = AppointmentType.objects.create(name="Cast", specializations=["Cardiology", spelling])
    assert list(Doctor.objects.offering(kind)) == [doctor]


@each_spelling
def test_who_waits_for_it_is_found(doctor: Doctor, spelling: str) -> None:
    days = {"earliest": date(2026, 3, 2), "latest": date(2026, 3, 9)}
    entry = WaitlistEntry.objects.create(patient=make_patient(), specialization=spelling, **days)
    WaitlistEntry.objects.create(patient=make_patient(), specialization="Cardiology", **days)
    assert list(WaitlistEntry.objects.could_see(doctor)) == [entry]


@pytest.mark.parametrize("route", ["doctors", "slots"])
@each_spelling
def test_the_api_finds_it(api: APIClient, doctor: Doctor, route: str, spelling: str) -> None:
    found = api.get(f"/api/{route}/", {"specialization": spelling}).json()["results"]
    assert {row.get("doctor", row.get("id")) for row in found} == {doctor.pk}


def test_the_migrations_fold_what_is_there(doctor: Doctor) -> None:
    days = {"earliest": date(2026, 3, 2), "latest": date(2026, 3, 9)}
    WaitlistEntry.objects.create(patient=make_patient(), specialization="ORTHOPÄDIE", **days)
    Doctor.objects.update(specialization_key="")
    WaitlistEntry.objects.update(specialization_key="")
    for name in (
        "doctors.migrations.0003_specialization_folded",
        "appointments.migrations.0005_waitlist_specialization_folded",
    ):
        import_module(name).fold(apps, SimpleNamespace(connection=connection))
    keys = Doctor.objects.order_by("id").values_list("specialization_key", flat=True)
    assert list(keys) == ["dermatology", "orthopadie"]
    assert WaitlistEntry.objects.get().specialization_key == "orthopadie"
