"""What is answered where the audit trail cannot be written."""

import json
import time

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from audit.middleware import Audited
from common import trail
from common.transactions import without_waiting_again

BUSY = "The system is busy. Nothing was changed; please try again."


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr("audit.writing.insert", fail)


def answered(status: int, *, unsure: bool = False, worded: bool = False, accept: str = "*/*") -> HttpResponse:
    def view(request: object) -> HttpResponse:
        trail.name("patient.read", 1)
        if unsure:
            trail.unsure()
        response = HttpResponse("Jane Doe", status=status)
        response.exception = worded
        return response

    response = Audited(view)(RequestFactory().get("/", headers={"Accept": accept}))
    assert isinstance(response, HttpResponse)
    return response


@pytest.mark.usefixtures("unwritable")
@pytest.mark.parametrize("status", [200, 409, 503])
def test_nobody_is_shown_what_could_not_be_written_down(status: int) -> None:
    response = answered(status)
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert response.content.decode() == f'{{"detail": "{BUSY}"}}'


@pytest.mark.usefixtures("unwritable")
def test_what_may_have_been_done_is_not_said_to_be_undone() -> None:
    response = answered(503, unsure=True)
    assert response.status_code == 503
    assert "it was done, or it was not" in response.content.decode()


@pytest.mark.usefixtures("unwritable")
@pytest.mark.parametrize(("unsure", "code"), [(False, "busy"), (True, "outcome_unknown")])
def test_whoever_asks_for_problems_is_told_by_one(unsure: bool, code: str) -> None:
    response = answered(200, unsure=unsure, accept="application/problem+json")
    body = json.loads(response.content)
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert (body["code"], body["status"], body["title"]) == (code, 503, "Service Unavailable")


@pytest.mark.usefixtures("unwritable")
def test_an_answer_that_only_tells_of_the_failure_is_given_as_it_is() -> None:
    assert answered(503, worded=True).content == b"Jane Doe"


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")
@pytest.mark.parametrize(("spent", "left"), [(0, 20_000), (5, 15_000), (19.9, 1000), (60, 1000)])
def test_a_request_waits_for_the_file_once(spent: float, left: int) -> None:
    def timeout() -> int:
        with connection.cursor() as cursor:
            [milliseconds] = cursor.execute("PRAGMA busy_timeout").fetchone()
        return int(milliseconds)

    with without_waiting_again(time.monotonic() - spent):
        assert timeout() == pytest.approx(left, abs=500)
    assert timeout() == 20_000


@pytest.mark.django_db
def test_to_wait_for_the_file_once_is_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """However slow a machine is: what a request asks is counted the same."""
    with django_assert_num_queries(0), without_waiting_again(time.monotonic() - 5):
        pass


def test_a_request_that_asked_no_database_opens_none_however_long_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "connection", None)  # as each request begins; to open one is forbidden here
    with without_waiting_again(time.monotonic() - 5):
        assert connection.connection is None
