"""A clinic as its clients see it: the door to it, whom it has, and what they make known to each other."""

import http.client
import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tools.checker import log
from tools.checker.plan import RECENT, WEEKS

SECONDS_TO_ANSWER = 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = 60


class Api:
    """A connection for every call, as from so many clients."""

    def __init__(self, address: str, token: str = "") -> None:
        self.host = urlsplit(address).netloc
        self.headers = {"Content-Type": "application/json"}
        if token:
            self.headers["Authorization"] = f"Token {token}"

    def call(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] = {}) -> tuple[int, str, str]:
        """Status, text and Retry-After. Raises OSError or HTTPException where nothing was heard."""
        with closing(http.client.HTTPConnection(self.host, timeout=SECONDS_TO_ANSWER)) as connection:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {**self.headers, "Connection": "close", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers.get("Retry-After", "")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What a call that must succeed answers."""
        status, text, _ = self.call(method, path, body)
        if status // 100 != 2:
            raise RuntimeError(f"{method} {path}: {status} {text[:500]}")
        return log.parsed(text)


@dataclass
class Clinic:
    """Whom the plan's numbers mean, and where. ``day`` is the first day's beginning, in minutes since the epoch.

    ``run`` begins the id of each request, in hexadecimal digits: nobody else's begins so.
    """

    address: str
    token: str
    database: str
    day: int
    doctors: list[int]
    patients: list[int]
    scan: int
    rooms: list[int]
    run: str


class Board:
    """The ids that clients have made known to each other: a shared array, the newest last."""

    def __init__(self, numbers: Any) -> None:
        self.numbers = numbers  # the first one counts the others

    def add(self, number: int) -> None:
        with self.numbers.get_lock():
            self.numbers[0] += 1
            self.numbers[self.numbers[0]] = number

    def recent(self, back: int) -> int | None:
        count = self.numbers[0]
        return self.numbers[count - back % min(count, RECENT)] if count else None


def windows(week: int) -> list[dict[str, str]]:
    return [
        {"weekday": weekday, "start": f"{start // 60:02}:{start % 60:02}", "end": f"{end // 60:02}:{end % 60:02}"}
        for weekday in WEEKDAYS
        for start, end in WEEKS[week]
    ]


def spelled(minute: int) -> str:
    """ISO 8601, in UTC, of minutes since the epoch."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(minute * MINUTE))
