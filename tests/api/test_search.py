"""What `?search=` finds in the lists, in which order, and through which index."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from common import models
from patients.models import Patient
from tests.api.lists import names, refusal
from tests.factories import book, make_doctor, make_patient


@pytest.mark.parametrize(
    "query",
    [
        "josé",
        "JOSE",
        "o'neill",
        "O’Neill",
        "jose@example.com",
        "SE@EXAMPLE",
        "jose@",
        "@example.com jose",
        "0712345678",
        "0712 345 678",
        "0712-345-678",
        "(0712) 345678",
        "+254712345678",
        "+254 712 345 678",
        "00254712345678",
        "254712345678",
        "712345",
        "345 678",
        "AB 12",
        "ab12x",
        "NHIF0001",
        "nhif0001",
    ],
)
def test_patients_are_found_by_name_mail_phone_and_numbers_in_any_spelling(api: APIClient, query: str) -> None:
    make_patient(
        full_name="José O'Neill",
        email="jose@example.com",
        phone_number="+254 712-345678",
        national_id="ab 12 x",
        insurance_number="NHIF0001",
    )
    make_patient(full_name="Somebody Else", phone_number="0799999999")
    answer = api.get("/api/patients/", {"search": query})
    assert [row["full_name"] for row in answer.json()["results"]] == ["José O'Neill"]


@pytest.mark.parametrize("query", ["jose@example.org", "jo@example.com", "jose@%", "j_se@example.com", "se@se@example"])
def test_of_an_address_all_has_to_be_found(api: APIClient, query: str) -> None:
    make_patient(full_name="José O'Neill", email="jose@example.com")
    assert api.get("/api/patients/", {"search": query}).json()["results"] == []


def test_every_word_must_be_found(api: APIClient) -> None:
    make_patient(full_name="Jane Doe")
    assert names(api, "/api/patients/?search=jane+doe") == ["Jane Doe"]
    assert names(api, "/api/patients/?search=jane+smith") == []


def test_a_search_does_not_read_wildcards(api: APIClient) -> None:
    make_patient(full_name="Jane Doe")
    assert names(api, "/api/patients/?search=%25") == []
    assert names(api, "/api/patients/?search=_") == []


def test_doctors_are_found_by_name_specialization_and_mail(api: APIClient) -> None:
    make_doctor(full_name="Jane Smith", specialization="Cardiology", email="jane@clinic.test")
    make_doctor(full_name="Ann Other", specialization="Dermatology", email="ann@clinic.test")
    for query in ("smith", "CARDIO", "jane@clinic"):
        assert names(api, f"/api/doctors/?search={query}") == ["Jane Smith"]


def test_appointments_are_found_by_the_names_of_both(api: APIClient) -> None:
    doctor, patient = make_doctor(full_name="Jane Smith"), make_patient(full_name="Zoë Wanjiru")
    book(doctor=doctor, patient=patient)
    book()
    for query in ("smith", "zoe", "wanjiru jane"):
        assert names(api, f"/api/appointments/?search={query}", "patient_name") == ["Zoë Wanjiru"]
    assert names(api, "/api/appointments/?search=" + patient.phone_number, "patient_name") == []


def test_a_search_has_100_characters_at_most(api: APIClient) -> None:
    assert refusal(api, "/api/patients/?search=" + "a" * 101) == {"search": ["Search for 100 characters at most."]}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("rooms", "active, location, name, kind"),
        ("holidays", "date, date_from, date_to, location"),
        ("holds", "patient, doctor"),
    ],
)
def test_a_list_that_is_not_searched_says_so(api: APIClient, path: str, fields: str) -> None:
    sentence = f"This list is not searched by words. Narrow it down by: {fields}."
    assert refusal(api, f"/api/{path}/?search=a") == {"search": [sentence]}
    assert api.get(f"/api/{path}/?search=").status_code == 200


# --- Relevance ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("route", "make"), [("patients", make_patient), ("doctors", make_doctor)])
def test_of_a_search_the_nearest_names_come_first(api: APIClient, route: str, make: Callable[..., Any]) -> None:
    for name in ("Abel Annan", "Ann", "Anna Zuma", "Joanna", "Ännchen Adler"):
        make(full_name=name)
    found = ["Ann", "Anna Zuma", "Ännchen Adler", "Abel Annan", "Joanna"]
    assert names(api, f"/api/{route}/?search=ann") == found
    assert names(api, f"/api/{route}/?search=ann&ordering=full_name") == sorted(found)


def test_visits_of_many_who_are_called_so_are_found_as_those_of_few(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, anna = make_patient(full_name="Ann Lee"), make_patient(full_name="Anna Okoth")
    doctor = make_doctor(full_name="Grace Annan")
    visits = [book("2026-03-03 10:00", patient=ann), book("2026-03-04 10:00", patient=anna)]
    visits.append(book("2026-03-05 10:00", doctor=doctor))
    book("2026-03-06 10:00")
    for few in (500, 1):
        monkeypatch.setattr(models, "FEW", few)
        assert names(api, "/api/appointments/?search=ann", "id") == [visit.pk for visit in visits]
        assert names(api, "/api/appointments/?search=lee+ann", "id") == [visits[0].pk]


# --- Cost --------------------------------------------------------------------------------------------


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no index of trigrams")
def test_of_an_address_the_index_is_asked_for_the_name_alone(api: APIClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # nor through another one, as a table of few rows is read
    plan = Patient.objects.search("jose@example.com").explain()
    assert "Index Cond: (search_text ~~ '%jose@%'::text)" in plan


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Patient.objects.search("zuma"), "patient_by_search_text"),
        (Patient.objects.filter(name_key__contains="zuma"), "patient_by_part_of_name"),
        (Patient.objects.filter(email__iexact="a@b.test"), "patient_by_email"),
        (Patient.objects.filter(phone_number__iexact="0712"), "patient_by_phone_as_typed"),
        (Patient.objects.filter(insurance_number__iexact="n1"), "patient_by_insurance"),
    ],
)
def test_a_search_reads_an_index_and_not_the_table(db: None, query: Any, index: str) -> None:
    Patient.objects.bulk_create(
        Patient(full_name=f"Other {n}", phone_number=f"{20_000_000 + n}", email=f"{n}@b.test", insurance_number=f"{n}")
        for n in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patients_patient")
    assert index in query.all().explain()
