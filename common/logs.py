"""What the operator is told, and what not: patients trust us with the rest.

A line holds when, how grave, who says it, what, and for which request (its id, method and route: never its address,
which can hold names). What we log ourselves is written with care; what libraries log is told without the values that
they would put into it, and a failure without what it says.
"""

import logging
import sys
import time
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import structlog
from django.core import mail
from structlog.typing import EventDict

from common import request_id

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

OURS = frozenset(
    {"accounts", "api", "appointments", "audit", "clinics", "common", "core", "doctors", "patients", "web"}
)
# What libraries say of machines, not of people: a database that is away, an address that is listened at.
HARMLESS = frozenset({("psycopg.pool", logging.WARNING), ("gunicorn.error", logging.INFO)})
# What a line of our own may add, by `extra`.
ADDED = ("milliseconds", "status")
LEFT_OUT = "..."
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})  # any word can come as one


class PrivateFormatter(structlog.stdlib.ProcessorFormatter):
    """Lines as ``json`` for machines or ``console`` for people."""

    def __init__(self, kind: str = "json") -> None:
        renderer: structlog.typing.Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
        if kind == "console":
            renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
        super().__init__(
            processors=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(ADDED),
                add_time,
                add_request,
                tell_failure,
                self.remove_processors_meta,
                renderer,
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        return super().format(without_values(record))


def without_values(record: logging.LogRecord) -> logging.LogRecord:
    """The record as it is if it is ours; a library's, without the texts that it holds."""
    if record.name.partition(".")[0] in OURS or (record.name, record.levelno) in HARMLESS:
        return record
    told = logging.makeLogRecord(record.__dict__)
    if record.name.startswith("django.security."):
        told.msg, told.args = f"Refused: {record.name.rpartition('.')[2]}.", None
    elif hasattr(record, "status_code"):  # django.request: "Not Found: /the/address"
        told.msg, told.args = "Answered with %d.", (record.status_code,)
    else:
        told.msg, told.args = _masked(str(record.msg), record.args), None
    return told


def _masked(message: str, values: Any) -> str:
    """The message without the texts that belong into it; numbers, such as those of processes and signals, stay."""
    if isinstance(values, Mapping):
        values = {name: _number(value) for name, value in values.items()}
    else:
        values = tuple(_number(value) for value in values or ())
    try:
        return message % values if values else message
    except (TypeError, ValueError):  # it asks for a number where a text came
        return message


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) else LEFT_OUT


def add_time(logger: Any, method: str, event: EventDict) -> EventDict:
    """When the record was made (UTC)."""
    made = time.gmtime(event["_record"].created)
    event["timestamp"] = f"{time.strftime('%Y-%m-%dT%H:%M:%S', made)}.{int(event['_record'].msecs):03}Z"
    return event


def add_request(logger: Any, method: str, event: EventDict) -> EventDict:
    """For which request it is said."""
    if current := request_id.current():
        event["request_id"] = current
    if request := request_id.current_request():
        event["method"] = request.method if request.method in METHODS else LEFT_OUT
        event["route"] = route_of(request)
    return event


def route_of(request: Any) -> str:
    """The name of the route, such as ``patient-detail``; "" where none was found."""
    return request.resolver_match.view_name if request.resolver_match else ""


def tell_failure(logger: Any, method: str, event: EventDict) -> EventDict:
    """The exception, if there is one, without what it says."""
    if (raised := event.pop("exc_info", None)) and raised[1]:
        event["exception"] = failure(raised)
    return event


def failure(raised: ExceptionInfo) -> str:
    """Where it happened and what kinds of errors, the cause first, as a traceback would show them.

    The text of an exception can hold a row of somebody's data: PostgreSQL's DETAIL does.
    """
    chain = []
    error = raised[1]
    while error is not None:
        frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
        chain.append(f"Traceback (most recent call last):\n{frames}\n{type(error).__module__}.{type(error).__name__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nThis led to:\n\n".join(reversed(chain))


class MailAdmins(logging.Handler):
    """Mails what is told to ``ADMINS``, a mail a minute and process at most: a broken database fails every request."""

    SECONDS_BETWEEN = 60

    def __init__(self, level: int | str = logging.ERROR) -> None:
        super().__init__(level)
        self._last = -float(self.SECONDS_BETWEEN)
        self._unsent = 0

    def emit(self, record: logging.LogRecord) -> None:
        now = time.monotonic()
        if now - self._last < self.SECONDS_BETWEEN:
            self._unsent += 1
            return
        text = self.format(record)
        if self._unsent:
            text += f"\n\nNot mailed since the last one: {self._unsent} more. They are in the log."
        self._last, self._unsent = now, 0
        request = request_id.current_request()
        subject = f"{record.levelname} in {route_of(request)}" if request else f"{record.levelname} in {record.name}"
        mail.mail_admins(subject, text, fail_silently=True)
