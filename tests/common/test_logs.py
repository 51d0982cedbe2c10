"""What is logged of a failure: where and what kind, never what it says."""

import logging
import sys

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from common.logs import PrivateFormatter

SECRET = "Key (national_id)=(AB123) already exists."


def logged(level: int = logging.ERROR) -> str:
    record = logging.LogRecord(
        "django.request", level, __file__, 1, "Internal Server Error: %s", ("/x/",), sys.exc_info()
    )
    return PrivateFormatter("{levelname} {message}", style="{").format(record)


def test_a_failure_is_logged_without_what_it_says() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise ValueError(SECRET) from cause
    except ValueError:
        lines = logged().splitlines()
    assert lines[:2] == ["ERROR Internal Server Error: /x/", "Traceback (most recent call last):"]
    assert [line for line in lines if line.startswith("builtins")] == ["builtins.KeyError", "builtins.ValueError"]
    assert SECRET not in "\n".join(lines)


def test_a_context_that_was_suppressed_stays_out() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError:
            raise ValueError(SECRET) from None
    except ValueError:
        assert [line for line in logged().splitlines() if line.startswith("builtins")] == ["builtins.ValueError"]


def test_a_failing_database_is_a_503_that_the_operator_hears_of(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object) -> None:
        raise OperationalError("disk is full")

    monkeypatch.setattr("api.views.patients.services.register", lambda **fields: fail())
    answer = api.post("/api/patients/", {"full_name": "Jane Doe", "phone_number": "0712345678"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert ("api.errors", "The database failed.") in [(record.name, record.message) for record in caplog.records]
