"""A clinic whose way to PostgreSQL can be made to fail."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from urllib.parse import urlsplit

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Clinic, booking
from tools.proxy import Proxy

SETTINGS = {"RATE_LIMIT_USER": "0", "HOLD_MINUTES": "60", "HOLDS_PER_USER": "1000"}
SECONDS_AT_MOST = 60


@contextmanager
def behind_a_proxy(
    serve: Serve, listener: socket | None = None, **settings: str
) -> Iterator[tuple[Clinic, Proxy, str]]:
    """A clinic whose database is behind a proxy, and the database's own address."""
    proxies: list[Proxy] = []

    def through(url: str) -> str:
        there = urlsplit(url)
        proxies.append(Proxy((there.hostname or "127.0.0.1", there.port or 5432), listener))
        who, _, _ = there.netloc.rpartition("@")
        return there._replace(netloc=f"{who}@{proxies[0].host}:{proxies[0].port}").geturl()

    with serve(settings=SETTINGS | settings, through=through) as clinic:
        try:
            yield clinic, proxies[0], clinic.database.url
        finally:
            clinic.stop()
            proxies[0].close()


def seconds_until_it_books(clinic: Clinic, patients: Iterator[int], doctor: int, slots: Iterator[str]) -> float:
    """How long until a booking succeeds; until then every answer is a 503 that says when to come back."""
    began = time.monotonic()
    while True:
        answer = clinic.send(booking(next(patients), doctor, next(slots)))
        if answer.status_code == 201:
            return time.monotonic() - began
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), answer.text
        assert time.monotonic() - began < SECONDS_AT_MOST
        time.sleep(0.05)
