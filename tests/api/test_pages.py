"""Pages far down a list, and how many rows it has."""

import re
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from api import pagination
from appointments.models import Appointment
from common import counting
from patients.models import Patient
from tests.factories import book, make_patient

NAMES = ["A", "B", "B", "B", "C", "D", "E"]


@pytest.fixture(autouse=True)
def shallow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything from the third row on is far down."""
    monkeypatch.setattr(pagination, "SHALLOW_ROWS", 1)


@pytest.fixture
def patients(db: None) -> list[Patient]:
    return [make_patient(full_name=name) for name in NAMES]


def follow(api: APIClient, url: str, link: str) -> list[list[int]]:
    """The ids on each page, from ``url`` along the links."""
    pages = []
    address: str | None = url
    while address:
        body = api.get(address).json()
        pages.append([row["id"] for row in body["results"]])
        address = body[link]
    return pages


@pytest.mark.parametrize("ordering", ["full_name", "-full_name", "id", "-id", "email,-full_name", "created_at"])
def test_links_lead_through_the_list_once_and_back(api: APIClient, patients: list[Patient], ordering: str) -> None:
    whole = [row["id"] for row in api.get(f"/api/patients/?ordering={ordering}&page_size=100").json()["results"]]
    pages = follow(api, f"/api/patients/?ordering={ordering}&page_size=2", "next")
    assert pages == [whole[0:2], whole[2:4], whole[4:6], whole[6:]]
    last = f"/api/patients/?ordering={ordering}&page_size=2&page=4"
    assert follow(api, last, "previous") == pages[::-1]


def test_links_far_down_name_a_row_and_nothing_of_it(api: APIClient, patients: list[Patient]) -> None:
    second = api.get("/api/patients/?page_size=2&page=2").json()
    assert second["next"] == f"http://testserver/api/patients/?cursor={patients[3].pk}&page=3&page_size=2"
    assert second["previous"] == "http://testserver/api/patients/?page_size=2"
    third = api.get(second["next"]).json()
    assert third["previous"] == f"http://testserver/api/patients/?cursor=-{patients[4].pk}&page=2&page_size=2"


def test_a_row_that_left_the_list_still_tells_where_the_page_begins(api: APIClient, patients: list[Patient]) -> None:
    address = api.get("/api/patients/?page_size=2&page=2").json()["next"]
    Patient.objects.filter(pk=patients[3].pk).update(active=False)
    assert [row["full_name"] for row in api.get(address).json()["results"]] == ["C", "D"]


@pytest.mark.parametrize("cursor", ["0", "x", "-", "1.5", "999999999", "99999999999999999999", "é"])
def test_an_unknown_cursor_is_404(api: APIClient, patients: list[Patient], cursor: str) -> None:
    answer = api.get(f"/api/patients/?page_size=2&page=3&cursor={cursor}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


def test_a_cursor_that_cannot_be_read_is_404_where_none_is_needed(api: APIClient, patients: list[Patient]) -> None:
    answer = api.get("/api/patients/?ordering=date_of_birth&cursor=x")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


def test_a_list_ordered_by_what_may_be_missing_is_counted_off(api: APIClient, patients: list[Patient]) -> None:
    body = api.get("/api/patients/?ordering=date_of_birth&page_size=2&page=2").json()
    assert body["next"] == "http://testserver/api/patients/?ordering=date_of_birth&page=3&page_size=2"


def test_a_page_after_a_cursor_skips_no_rows(
    api: APIClient, patients: list[Patient], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(5) as captured:  # the token, the count, the row that the cursor names, the page
        api.get(f"/api/patients/?page_size=2&page=3&cursor={patients[3].pk}")
    assert [query["sql"] for query in captured.captured_queries if "OFFSET" in query["sql"]] == []


def test_few_rows_are_counted_exactly_and_many_estimated(
    db: None, patients: list[Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert counting.count(Patient.objects.all()) == 7
    monkeypatch.setattr(counting, "EXACT_UP_TO", 3)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patients_patient")
    assert counting.count(Patient.objects.filter(name_key="b")) == 3
    assert counting.count(Patient.objects.all()) == 7


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_an_estimate_reads_no_rows(
    db: None, patients: list[Patient], monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(counting, "EXACT_UP_TO", 3)
    with django_assert_num_queries(2) as captured:
        counting.count(Patient.objects.all())
    assert re.match(r"EXPLAIN \(FORMAT json\) SELECT", captured.captured_queries[1]["sql"])


def test_a_page_beyond_an_estimate_is_404_where_no_row_is(
    api: APIClient, patients: list[Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "EXACT_UP_TO", 3)
    answer = api.get("/api/patients/?page=1000")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "²", "9" * 20, "0" * 18 + "1" + "9" * 5000])
def test_a_number_that_no_page_has_is_404(api: APIClient, patients: list[Patient], number: str) -> None:
    answer = api.get("/api/patients/", {"page": number})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


def test_the_last_page_of_an_estimated_list_is_read_from_its_end(
    api: APIClient, patients: list[Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "count", lambda rows: 20_000)
    last = api.get("/api/patients/?page_size=2&page=last").json()
    assert ([row["full_name"] for row in last["results"]], last["next"]) == (["D", "E"], None)
    before = api.get(last["previous"]).json()
    assert [row["full_name"] for row in before["results"]] == ["B", "C"]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no estimates")
def test_rows_found_by_what_they_belong_to_are_estimated_where_counting_them_is_long(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(patient=make_patient(full_name="Mary"))
    visits = Appointment.objects.filter(patient__name_key__contains="mary")
    assert (counting.count(visits), counting.count(visits.filter(pk__in=[]))) == (1, 0)
    monkeypatch.setattr(counting, "LONG", 0)
    assert (counting.count(visits), counting.count(Appointment.objects.all())) == (10_001, 1)
