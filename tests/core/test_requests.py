"""Every answer names its request, and every request leaves one line in the log."""

import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, StreamingHttpResponse
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from common import request_id
from common.logs import PrivateFormatter
from core.requests import BrokeOff, NamedRequests

ID = "5f0c9c0e-3f5e-4a57-9d38-6a4a0a6f7f10"


class Lines(logging.Handler):
    """What production would log, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(PrivateFormatter("json"))
        self.told: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(json.loads(self.format(record)))


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler.told
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize(
    "address", ["/healthz", "/api/patients/", "/api/nothing", "/nowhere", "/admin/", "/static/none"]
)
@pytest.mark.django_db
def test_every_answer_names_its_request(client: Client, address: str) -> None:
    assert client.get(address, headers={"X-Request-ID": ID}).headers["X-Request-ID"] == ID
    made = client.get(address, headers={"X-Request-ID": "Jane Doe"}).headers["X-Request-ID"]
    assert str(uuid.UUID(made)) == made


def test_a_failure_names_its_request_and_is_told_to_the_operator(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, lines: list[dict[str, Any]]
) -> None:
    def fail(**fields: object) -> None:
        raise RuntimeError(str(fields))

    monkeypatch.setattr("api.views.patients.services.register", fail)
    api.raise_request_exception = False
    body = {"full_name": "Jane Doe", "phone_number": "0712345678"}
    answer = api.post("/api/patients/?note=Jane", body, headers={"X-Request-ID": ID})
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (500, ID)
    failed, answered = lines
    assert (failed["level"], failed["event"], failed["route"]) == ("error", "Answered with 500.", "patient-list")
    assert failed["exception"].splitlines()[-1] == "builtins.RuntimeError"
    assert (answered["level"], answered["status"]) == ("info", 500)
    assert {line["request_id"] for line in lines} == {ID}
    assert not any(word in str(lines) + answer.content.decode() for word in ("Jane", "0712345678"))


def test_a_request_leaves_one_line(api: APIClient, lines: list[dict[str, Any]]) -> None:
    api.get("/api/patients/?search=Jane", headers={"X-Request-ID": ID})
    [line] = lines
    assert isinstance(line.pop("milliseconds"), int)
    del line["timestamp"]
    assert line == {
        "level": "info",
        "logger": "core.requests",
        "event": "Answered.",
        "request_id": ID,
        "method": "GET",
        "route": "patient-list",
        "status": 200,
    }


@pytest.mark.django_db
def test_a_health_check_leaves_none(client: Client, lines: list[dict[str, Any]]) -> None:
    client.get("/healthz")
    assert lines == []


def test_an_answer_that_breaks_off_is_told_here_and_nowhere_else(lines: list[dict[str, Any]]) -> None:
    name = "Jane Doe"

    def chunks() -> Iterator[bytes]:
        yield name.encode()
        raise ValueError(name)

    def view(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(chunks())

    request = RequestFactory().get("/export?search=Jane", headers={"X-Request-ID": ID})
    answer = NamedRequests(view)(request)
    with pytest.raises(BrokeOff) as caught:
        b"".join(answer)
    assert (str(caught.value), caught.value.__cause__, caught.value.__suppress_context__) == ("", None, True)
    [_, broken] = lines
    assert (broken["event"], broken["request_id"], broken["level"]) == ("The answer broke off.", ID, "error")
    assert "Jane" not in str(lines)
    assert request_id.current() == ""
