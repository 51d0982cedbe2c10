"""What is logged: for machines to read, for which request, and of a failure where and what kind, never what it says."""

import json
import logging
import sys
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError
from django.test import RequestFactory, override_settings
from django.urls import resolve
from rest_framework.test import APIClient

from common import request_id
from common.logs import MailAdmins, PrivateFormatter
from tests.conftest import OF_A_PATIENT
from tests.factories import make_patient

SECRET = "Key (national_id)=(AB123) already exists."
TIME = 1_772_431_200.5  # 2026-03-02 06:00:00.500 UTC


def record(name: str, level: int, message: str, *values: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord(name, level, __file__, 1, message, values, more.pop("exc_info", None))
    made.__dict__.update(created=TIME, msecs=500.0, **more)
    return made


def logged(*args: Any, **more: Any) -> dict[str, Any]:
    line = PrivateFormatter("json").format(record(*args, **more))
    assert "\n" not in line
    told: dict[str, Any] = json.loads(line)
    return told


def test_a_line_says_when_how_grave_who_and_what() -> None:
    assert logged("common.transactions", logging.WARNING, "%s lost a race, try %d.", "book", 1) == {
        "timestamp": "2026-03-02T06:00:00.500Z",
        "level": "warning",
        "logger": "common.transactions",
        "event": "book lost a race, try 1.",
    }


def test_a_line_says_for_which_request_and_not_at_which_address() -> None:
    request = RequestFactory().post("/api/patients/7/?search=Jane")
    request.resolver_match = resolve(request.path)
    with request_id.in_hand("0123456789abcdef", request):
        told = logged("api.errors", logging.ERROR, "The database failed.")
    assert (told["request_id"], told["method"], told["route"]) == ("0123456789abcdef", "POST", "patient-detail")
    assert "Jane" not in str(told)
    assert "/7/" not in str(told)


def test_people_read_a_line_of_text() -> None:
    line = PrivateFormatter("console").format(record("api.errors", logging.ERROR, "The database failed."))
    assert "The database failed." in line
    assert not line.startswith("{")


@pytest.mark.parametrize(
    ("name", "message", "values", "told"),
    [
        ("axes.handlers", "Failure of %s, number %d.", ("jane@example.org", 3), "Failure of ..., number 3."),
        ("some.library", "%(who)s failed.", ({"who": "Jane"},), "... failed."),
        ("some.library", "%d rows", ("Jane",), "%d rows"),
        ("django.security.DisallowedHost", "Invalid host jane.example.org", (), "Refused: DisallowedHost."),
        ("psycopg.pool", "error connecting in %r: %s", ("pool-1", "refused"), "error connecting in 'pool-1': refused"),
    ],
)
def test_what_libraries_log_is_told_without_its_values(
    name: str, message: str, values: tuple[Any, ...], told: str
) -> None:
    assert logged(name, logging.WARNING, message, *values)["event"] == told


def test_a_status_is_told_without_the_address() -> None:
    told = logged("django.request", logging.ERROR, "%s: %s", "Gone", "/Jane", status_code=500)
    assert told["event"] == "Answered with 500."


def test_a_failure_is_logged_without_what_it_says() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise ValueError(SECRET) from cause
    except ValueError:
        told = logged("api.errors", logging.ERROR, "It failed.", exc_info=sys.exc_info())
    lines = told["exception"].splitlines()
    assert (told["event"], lines[0]) == ("It failed.", "Traceback (most recent call last):")
    assert [line for line in lines if line.startswith("builtins")] == ["builtins.KeyError", "builtins.ValueError"]
    assert SECRET not in str(told)


def test_a_context_that_was_suppressed_stays_out() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError:
            raise ValueError(SECRET) from None
    except ValueError:
        told = logged("api.errors", logging.ERROR, "It failed.", exc_info=sys.exc_info())
    assert [line for line in told["exception"].splitlines() if line.startswith("builtins")] == ["builtins.ValueError"]


def test_a_failing_database_is_a_503_that_the_operator_hears_of(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object) -> None:
        raise OperationalError("disk is full")

    monkeypatch.setattr("api.views.patients.services.register", lambda **fields: fail())
    answer = api.post("/api/patients/", {"full_name": "Jane Doe", "phone_number": "0712345678"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert ("api.errors", "The database failed.") in [(record.name, record.message) for record in caplog.records]


@override_settings(ADMINS=[("", "it@clinic.example.org")])
def test_a_failure_is_mailed_once_a_minute_without_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([1000.0, 1059.0, 1060.0])
    monkeypatch.setattr("common.logs.time.monotonic", lambda: next(now))
    handler = MailAdmins()
    handler.setFormatter(PrivateFormatter("json"))
    request = RequestFactory().get("/api/patients/?search=Jane")
    request.resolver_match = resolve(request.path)
    with request_id.in_hand("0123456789abcdef", request):
        for _ in range(3):
            handler.handle(record("some.library", logging.ERROR, "It failed: %s", SECRET))
    assert [message.subject for message in mail.outbox] == ["[Django] ERROR in patient-list"] * 2
    first, second = (message.body for message in mail.outbox)
    assert json.loads(first)["request_id"] == "0123456789abcdef"
    assert second.endswith("\n\nNot mailed since the last one: 1 more. They are in the log.")
    assert not any(word in first + second for word in ("Jane", "AB123"))


def test_the_suite_would_notice_a_patient_in_a_line(db: None) -> None:
    patient = make_patient()
    line = {"event": f"Called {patient}.", "number": patient.phone_number}
    assert OF_A_PATIENT.findall(json.dumps(line)) == [patient.full_name, patient.phone_number]
