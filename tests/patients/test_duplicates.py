"""Who may be registered twice."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.text import folded
from patients import duplicates, services
from patients.models import Patient
from tests.factories import make_patient

BIRTH = date(1990, 4, 17)


def names_like(patient: Patient) -> list[str]:
    return [other.full_name for other in duplicates.candidates(patient)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane Doe", "DOE, Jane"),
        ("Jane Doe", "Jane Mary Doe"),
        ("Jane Doe", "Jnae Doe"),
        ("Jane Doe", "J. Doe"),
        ("Jane Doe", "Jane Doe-Smith"),
        ("Stephen Otieno", "Steven Otieno"),
        ("Wanjiru Ng'ang'a", "Wanjiru Nganga"),
        ("María José García", "Maria Garcia"),
        ("Anna Müller", "Anna Mueller"),
        ("Mary Ann Lee", "Maryann Lee"),
        ("प्रिया शर्मा", "शर्मा प्रिया"),
    ],
)
def test_spellings_of_one_name_are_similar(one: str, other: str) -> None:
    assert duplicates.similarity(folded(one), folded(other)) >= duplicates.ALIKE
    assert duplicates.similarity(folded(other), folded(one)) == duplicates.similarity(folded(one), folded(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane Doe", "John Doe"),
        ("Grace Wambui Mwangi", "Faith Wambui Mwangi"),
        ("Mary Akinyi", "Mercy Akinyi"),
        ("王伟", "王芳"),
        ("佐藤 さくら", "佐藤 美咲"),
        ("", "Jane"),
    ],
)
def test_siblings_are_not_similar(one: str, other: str) -> None:
    assert duplicates.similarity(folded(one), folded(other)) < duplicates.ALIKE


def test_the_same_phone_in_any_spelling_and_a_similar_name_make_a_candidate(db: None) -> None:
    make_patient(full_name="Doe, Jane", phone_number="+254 712 345 678")
    make_patient(full_name="John Doe", phone_number="0712 345 678")
    make_patient(full_name="Jane Doe", phone_number="0799 999 999")
    assert names_like(make_patient(full_name="Jane Doe", phone_number="0712345678")) == ["Doe, Jane"]


def test_the_same_birth_date_and_a_similar_name_make_a_candidate(db: None) -> None:
    make_patient(full_name="Jane Do", date_of_birth=BIRTH)
    make_patient(full_name="Jane Doe", date_of_birth=date(1990, 4, 18))
    make_patient(full_name="Jane Doe")
    assert names_like(make_patient(full_name="Jane Doe", date_of_birth=BIRTH)) == ["Jane Do"]


def test_the_likeliest_comes_first(db: None) -> None:
    make_patient(full_name="Jane Doe", phone_number="0712345678")
    make_patient(full_name="Janet Doe", date_of_birth=BIRTH)
    make_patient(full_name="Jayne Doe", phone_number="0712345678", date_of_birth=BIRTH)
    patient = make_patient(full_name="Jane Doe", phone_number="0712345678", date_of_birth=BIRTH)
    assert names_like(patient) == ["Jayne Doe", "Jane Doe", "Janet Doe"]


def test_deactivated_records_are_candidates(db: None) -> None:
    services.deactivate(make_patient(full_name="Jane Doe", phone_number="0712345678"))
    assert names_like(make_patient(full_name="Jane Doe", phone_number="0712345678")) == ["Jane Doe"]


def test_at_most_ten_are_listed_and_300_of_a_kind_compared(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    patients = [make_patient(full_name="Jane Doe", phone_number="0712345678") for _ in range(12)]
    assert len(duplicates.candidates(patients[0])) == 10
    monkeypatch.setattr(duplicates, "MOST_COMPARED", 3)
    assert [other.pk for other in duplicates.candidates(patients[0])] == [patient.pk for patient in patients[-3:]]


def test_looking_for_candidates_takes_two_queries_that_use_an_index(db: None) -> None:
    patient = make_patient(full_name="Jane Doe", date_of_birth=BIRTH)
    for _ in range(3):
        make_patient(full_name="Jane Doe", date_of_birth=BIRTH, phone_number=patient.phone_number)
    with CaptureQueriesContext(connection) as captured:
        assert len(duplicates.candidates(patient)) == 3
    assert len(captured) == 2
    # As many others as it takes for a planner that knows the table to look at the index.
    others = (Patient(full_name=f"Other {n}", phone_number=f"{20_000_000 + n}") for n in range(3000))
    Patient.objects.bulk_create(others)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patients_patient")
    plans = [
        Patient.objects.filter(**{column: value}).order_by("-id")[:300].explain()
        for column, value in (("phone_key", patient.phone_key), ("date_of_birth", BIRTH))
    ]
    assert ["patient_by_phone" in plans[0], "patient_by_birth" in plans[1]] == [True, True]


def test_the_migration_fills_phone_keys(db: None) -> None:
    make_patient(phone_number="0712 345 678")
    Patient.objects.update(phone_key="")
    migration = import_module("patients.migrations.0003_phone_keys")
    migration.fill(apps, SimpleNamespace(connection=connection))
    assert Patient.objects.get().phone_key == "254712345678"
