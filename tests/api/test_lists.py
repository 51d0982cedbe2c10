"""Pages and ordering of the lists, and what they cost."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.api.lists import names, refusal
from tests.factories import book, make_doctor, make_patient


@pytest.fixture
def seven_patients(db: None) -> None:
    for letter in "GFEDCBA":
        make_patient(full_name=letter)


# --- Pages -------------------------------------------------------------------------------------------


def test_a_page_has_five_rows_unless_asked_otherwise(api: APIClient, seven_patients: None) -> None:
    body = api.get("/api/patients/").json()
    assert (body["count"], body["previous"]) == (7, None)
    assert body["next"] == "http://testserver/api/patients/?page=2"
    assert [row["full_name"] for row in body["results"]] == ["A", "B", "C", "D", "E"]
    second = api.get("/api/patients/?page=2").json()
    assert [row["full_name"] for row in second["results"]] == ["F", "G"]
    assert (second["next"], second["previous"]) == (None, "http://testserver/api/patients/")


def test_page_size_is_chosen_up_to_100(api: APIClient, seven_patients: None) -> None:
    assert names(api, "/api/patients/?page_size=2") == ["A", "B"]
    for number in range(101):
        make_patient(full_name=f"Z{number:03}")
    assert len(names(api, "/api/patients/?page_size=100")) == 100
    assert len(names(api, "/api/patients/?page_size=1000")) == 100


@pytest.mark.parametrize("size", ["-1", "0", "abc", "1.5", "", "²", "1e3", " 5"])
def test_a_bad_page_size_is_refused(api: APIClient, size: str) -> None:
    body = refusal(api, f"/api/patients/?page_size={size}")
    assert body == {"page_size": ["Enter a whole number from 1 to 100."]}


@pytest.mark.parametrize("page", ["0", "99", "abc", "-1", "99999999999999999999999"])
def test_an_unknown_page_is_404(api: APIClient, page: str) -> None:
    answer = api.get(f"/api/patients/?page={page}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


# --- Ordering ----------------------------------------------------------------------------------------


def test_ordering_is_by_the_fields_asked_for_and_then_by_id(api: APIClient) -> None:
    second = make_doctor(full_name="B", specialization="X")
    first = make_doctor(full_name="A", specialization="X")
    assert names(api, "/api/doctors/?ordering=full_name") == ["A", "B"]
    assert names(api, "/api/doctors/?ordering=-full_name") == ["B", "A"]
    assert names(api, "/api/doctors/?ordering=specialization", "id") == [second.pk, first.pk]
    assert names(api, "/api/doctors/?ordering=specialization,-full_name") == ["B", "A"]
    assert names(api, "/api/doctors/?ordering=-specialization", "id") == [first.pk, second.pk]


def test_visits_of_one_status_are_ordered_by_time(api: APIClient) -> None:
    late, early = book("2026-03-03 10:00"), book("2026-03-02 10:00")
    assert names(api, "/api/appointments/?ordering=status", "id") == [early.pk, late.pk]
    assert names(api, "/api/appointments/?ordering=-status", "id") == [late.pk, early.pk]


def test_appointments_are_ordered_by_time(api: APIClient) -> None:
    late, early = book("2026-03-03 10:00"), book("2026-03-02 10:00")
    assert names(api, "/api/appointments/", "id") == [early.pk, late.pk]
    assert names(api, "/api/appointments/?ordering=-appointment_time", "id") == [late.pk, early.pk]


@pytest.mark.parametrize(
    ("route", "choices"),
    [
        ("patients", "id, full_name, email, date_of_birth, created_at, updated_at"),
        ("doctors", "id, full_name, email, specialization, created_at, updated_at"),
        ("appointments", "id, appointment_time, status, doctor, patient, created_at, updated_at"),
    ],
)
def test_ordering_by_anything_else_is_refused(api: APIClient, route: str, choices: str) -> None:
    body = refusal(api, f"/api/{route}/?ordering=password")
    assert body == {"ordering": [f"Cannot order by 'password'. Choose from: {choices}."]}


# --- What is given twice -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["search", "ordering", "page", "page_size", "cursor"])
@pytest.mark.parametrize("path", ["patients/", "doctors/{}/exceptions/", "holidays/", "holds/", "audit/"])
def test_what_says_how_to_list_is_given_once(api: APIClient, path: str, name: str) -> None:
    url = f"/api/{path.format(make_doctor().pk)}?{name}=1&{name}=2"
    assert refusal(api, url) == {name: [f"'{name}' is given twice; give it once."]}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("slots/?limit=1&limit=2", "limit"),
        ("slots/?from=2026-03-03&from=2026-03-04", "from"),
        ("reports/?to=2026-03-03&to=2026-03-04", "to"),
        ("reports/export/?table=bookings&table=no-shows", "table"),
        ("patients/export/?ordering=id&ordering=email", "ordering"),
    ],
)
def test_what_takes_one_value_is_given_once(api: APIClient, url: str, name: str) -> None:
    assert refusal(api, f"/api/{url}") == {name: [f"'{name}' is given twice; give it once."]}


# --- Cost --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "queries", "make"),
    [("patients", 4, make_patient), ("doctors", 3, make_doctor), ("appointments", 4, book)],
)
def test_a_list_takes_the_same_queries_for_one_row_and_for_three(
    api: APIClient, django_assert_num_queries: Any, route: str, queries: int, make: Callable[[], Any]
) -> None:
    """The token with its user, the count, the page, and the audit where it is about patients."""
    make()
    with django_assert_num_queries(queries):
        assert len(api.get(f"/api/{route}/").json()["results"]) == 1
    make()
    make()
    with django_assert_num_queries(queries):
        assert len(api.get(f"/api/{route}/").json()["results"]) == 3
