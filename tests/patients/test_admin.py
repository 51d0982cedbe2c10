"""Patients in the admin."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from patients.models import Patient
from tests.factories import book, make_patient
from tests.pages import AdminPages, errors

ENTERED = {"full_name": "Jane Doe", "phone_number": "0712345678", "national_id": "123456789"}


@pytest.fixture
def pages(client: Client, user: User) -> AdminPages:
    client.force_login(user)
    return AdminPages(client, Patient)


def test_added_patient_is_registered(pages: AdminPages) -> None:
    assert errors(pages.add(**ENTERED)) == {}
    patient = Patient.objects.get()
    assert (patient.full_name, patient.national_id, patient.active) == ("Jane Doe", "123456789", True)


def test_taken_national_id_is_refused_beside_the_field(pages: AdminPages) -> None:
    make_patient(national_id="123456789")
    response = pages.add(**{**ENTERED, "national_id": "123 456 789"})
    assert errors(response) == {"national_id": ["A patient with this national id is already registered."]}
    assert Patient.objects.count() == 1


def test_change_is_stored(pages: AdminPages) -> None:
    patient = make_patient(national_id="A1")
    assert errors(pages.change(patient.pk, full_name="Anna  Müller", national_id="")) == {}
    patient.refresh_from_db()
    assert (patient.full_name, patient.national_id, patient.name_key) == ("Anna Müller", None, "anna muller")


def test_patients_are_deactivated_and_reactivated(pages: AdminPages) -> None:
    patients = [make_patient(), make_patient()]
    assert pages.run("deactivate", *patients) == ["2 deactivated."]
    assert not Patient.objects.active().exists()
    assert pages.run("reactivate", patients[0]) == ["1 reactivated."]
    assert Patient.objects.active().get() == patients[0]


def test_patients_cannot_be_deleted(pages: AdminPages) -> None:
    patient = make_patient()
    assert pages.client.post(pages.url("delete", patient.pk), {"post": "yes"}).status_code == 403
    pages.run("delete_selected", patient)
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("jose", ["José"]),
        ("+254 712-345678", ["José"]),
        ("\x00", ["José", "Zoë"]),
        pytest.param("jo " * 3000, ["José"], id="thousands of words"),
    ],
)
def test_autocomplete_searches_as_the_api_does(pages: AdminPages, term: str, found: list[str]) -> None:
    make_patient(full_name="José", phone_number="0712 345 678")
    make_patient(full_name="Zoë", phone_number="0799 999 999")
    of = {"app_label": "appointments", "model_name": "appointment", "field_name": "patient"}
    response = pages.client.get(reverse("admin:autocomplete"), {"term": term, **of})
    assert [patient["text"] for patient in response.json()["results"]] == found


def test_list_takes_the_same_queries_for_one_row_and_for_three(pages: AdminPages) -> None:
    book()
    one = pages.queries_of_list(rows=1)
    book()
    book()
    assert pages.queries_of_list(rows=3) == one
