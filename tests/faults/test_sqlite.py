"""SQLite's file is locked by somebody else, or its disk is full."""

import resource
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Clinic, booking

pytestmark = [
    pytest.mark.xdist_group("concurrency"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite"),
]


def locked_for(clinic: Clinic, seconds: float) -> tuple[int, str | None, float, int]:
    """Status, Retry-After and seconds of a booking that begins while the file is locked, and how many there are."""
    doctor = clinic.doctor()
    [slot] = clinic.slots(doctor, 1)
    path = Path(clinic.database.url.removeprefix("sqlite:///"))
    with ThreadPoolExecutor(1) as clients, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answer = clients.submit(clinic.send, booking(clinic.patient(), doctor, slot))
        while not answer.done() and time.monotonic() - began < seconds:
            time.sleep(0.05)
        took = time.monotonic() - began
        other.execute("ROLLBACK")
        response = answer.result()
    return response.status_code, response.headers.get("Retry-After"), took, clinic.booked(doctor)


@pytest.mark.slow
def test_who_finds_the_file_locked_for_10_seconds_waits_and_books(serve: Serve) -> None:
    with serve() as clinic:
        status, _, took, booked = locked_for(clinic, 10)
        assert (status, booked) == (201, 1)
        assert took >= 10


@pytest.mark.slow
def test_who_finds_it_locked_for_30_seconds_is_told_to_come_back_and_changes_nothing(serve: Serve) -> None:
    with serve() as clinic:
        status, retry_after, took, booked = locked_for(clinic, 30)
        assert (status, retry_after, booked) == (503, "1", 0)
        print(f"\nTold after {took:.1f} s")
        assert 19 < took < 29  # once the busy timeout, of 20 s, and not once more for the row of the audit trail
        doctor = clinic.doctor()
        assert clinic.send(booking(clinic.patient(), doctor, clinic.slots(doctor, 1)[0])).status_code == 201


def test_on_a_full_disk_nothing_is_half_done_and_space_is_enough_to_go_on(serve: Serve) -> None:
    with serve() as clinic:
        doctor = clinic.doctor()
        first, second = clinic.slots(doctor, 2)
        clinic.book(clinic.patient(), doctor, first)
        limits = {worker: resource.prlimit(worker, resource.RLIMIT_FSIZE) for worker in clinic.server.workers()}
        for worker, (_, hard) in limits.items():
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (4096, hard))
        patient = clinic.patient()
        answers = [clinic.send(booking(patient, doctor, second)) for _ in range(8)]
        assert {(answer.status_code, answer.headers.get("Retry-After")) for answer in answers} == {(503, "1")}
        assert clinic.booked(doctor) == 1
        for worker, limit in limits.items():
            resource.prlimit(worker, resource.RLIMIT_FSIZE, limit)
        began = time.monotonic()
        while (answer := clinic.send(booking(patient, doctor, second))).status_code == 503:
            assert time.monotonic() - began < 5
        assert answer.status_code == 201
        assert clinic.booked(doctor) == 2
        assert clinic.database.rows("PRAGMA integrity_check") == [("ok",)]
