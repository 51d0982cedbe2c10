"""What is answered when the database is away, wherever that is noticed."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, InternalError, OperationalError
from django.test import Client
from prometheus_client import REGISTRY
from psycopg.errors import ReadOnlySqlTransaction
from rest_framework.test import APIClient

from api.views.doctors import DoctorViewSet
from common.errors import Busy, Unsure
from core import metrics

pytestmark = pytest.mark.django_db

BUSY = "The system is busy. Nothing was changed; please try again."


def fail(monkeypatch: pytest.MonkeyPatch, error: Exception, owner: object, name: str) -> None:
    def failing(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(owner, name, failing)


def read_only() -> Exception:
    """What a standby says, or a server whose disk its provider keeps from filling up."""
    error = InternalError("cannot execute INSERT in a read-only transaction")
    error.__cause__ = ReadOnlySqlTransaction()
    return error


@pytest.mark.parametrize("error", [OperationalError("of host db.internal"), InterfaceError("closed"), read_only()])
def test_the_api_says_503_and_when_to_return(api: APIClient, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    fail(monkeypatch, error, DoctorViewSet, "list")
    answer = api.get("/api/doctors/")
    assert (answer.status_code, answer["Retry-After"], answer.json()) == (503, "1", {"detail": BUSY})


@pytest.mark.parametrize("error", [OperationalError("of host db.internal"), InterfaceError(""), read_only(), Busy()])
def test_what_no_face_words_is_a_503_too(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    client = Client(raise_request_exception=False)
    fail(monkeypatch, error, metrics, "route_of")  # in the middleware, around every view
    page, api = client.get("/admin/login/"), client.get("/api/doctors/")
    assert (page.status_code, page["Retry-After"], api.status_code, api["Retry-After"]) == (503, "1", 503, "1")
    assert BUSY in page.content.decode()
    assert api.json() == {"detail": BUSY}


def test_what_no_face_words_is_a_problem_for_who_asks_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False, headers={"Accept": "application/problem+json"})
    fail(monkeypatch, Busy(), metrics, "route_of")
    answer = client.get("/api/doctors/")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": BUSY,
        "code": "busy",
    }


def test_what_no_face_words_is_counted_among_the_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    before = REGISTRY.get_sample_value("clinic_refusals_total", {"code": "busy"}) or 0
    fail(monkeypatch, Busy(), metrics, "route_of")
    assert client.get("/admin/login/").status_code == 503
    assert REGISTRY.get_sample_value("clinic_refusals_total", {"code": "busy"}) == before + 1


@pytest.mark.parametrize("error", [ImproperlyConfigured("a defect"), InternalError("another")])
def test_any_other_failure_stays_a_500(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    client = Client(raise_request_exception=False)
    fail(monkeypatch, error, metrics, "route_of")
    assert client.get("/admin/login/").status_code == 500


def test_who_cannot_know_says_so(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, Unsure(), DoctorViewSet, "list")
    answer = api.get("/api/doctors/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "it was done, or it was not" in answer.json()["detail"]
