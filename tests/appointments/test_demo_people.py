"""Whom the demo clinic cares for."""

import pytest

from appointments.demo.households import appoint_guardians
from appointments.demo.people import people
from patients import duplicates
from patients.models import Patient


@pytest.fixture
def patients(db: None) -> list[Patient]:
    Patient.objects.bulk_create(people())
    appoint_guardians(Patient.objects.all())
    return list(Patient.objects.select_related("guardian").order_by("id"))


def test_they_are_always_the_same() -> None:
    told = [[(one.full_name, one.phone_number, one.date_of_birth) for one in people()] for _ in range(2)]
    assert told[0] == told[1]
    assert len(set(told[0])) == 350


def test_children_have_a_parent_for_a_guardian(patients: list[Patient]) -> None:
    children = [patient for patient in patients if patient.guardian]
    assert len(children) > 50
    for child in children:
        born = child.guardian.date_of_birth
        assert child.date_of_birth.year >= 2010
        assert born is None or born.year <= 2004


def test_three_are_registered_twice(patients: list[Patient]) -> None:
    twice = {patient.full_name for patient in patients if duplicates.candidates(patient)}
    pairs = {"Venkatesh D'Souza", "D'Souza, Venkatesh", "Kevin Muthoni Gitau", "Chebet Wafula", "C. Wafula"}
    assert pairs <= twice
    assert len(twice) < 15
