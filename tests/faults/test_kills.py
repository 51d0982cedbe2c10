"""kill -9 at each point of a booking, and of workers at random while everybody works."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Clinic, booking
from tests.concurrency.test_idempotency import keyed
from tests.faults.test_server import waiting
from tests.faults.under_fault import told_by_the_checker
from tests.faults.waiting import until

pytestmark = pytest.mark.xdist_group("concurrency")
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="On SQLite nobody sees who waits for whom")

KEY = 4242
WAIT = f"""
    CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock({KEY}); RETURN NULL; END $$;
"""
BEFORE_COMMIT = f"{WAIT} CREATE TRIGGER wait AFTER INSERT ON appointments_appointmentchange \
    FOR EACH ROW EXECUTE FUNCTION wait_for_the_test()"
DURING_COMMIT = f"{WAIT} CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON appointments_appointment \
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_for_the_test()"


def killed_while_it_waits(clinic: Clinic, trap: str) -> tuple[int, Any]:
    """Book with a key, kill the workers at the trap, and let the database go on; the doctor, and the request."""
    doctor = clinic.doctor()
    [slot] = clinic.slots(doctor, 1)
    request = keyed(booking(clinic.patient(), doctor, slot), "once")
    with ThreadPoolExecutor(1) as clients, closing(psycopg.connect(clinic.database.url, autocommit=True)) as other:
        other.execute(trap)
        other.execute("SELECT pg_advisory_lock(%s)", [KEY])
        answer = clients.submit(clinic.send, request)
        until(lambda: waiting(clinic) == 1)
        for worker in clinic.server.workers():
            os.kill(worker, signal.SIGKILL)
        with pytest.raises(httpx.TransportError):
            answer.result()
        other.execute("SELECT pg_advisory_unlock(%s)", [KEY])
        until(lambda: waiting(clinic) == 0 and in_transaction(clinic) == 0)
        other.execute("DROP FUNCTION wait_for_the_test CASCADE")
    return doctor, request


def booked_by_the_trail(clinic: Clinic) -> int:
    """How many rows say that a visit was booked."""
    query = "SELECT count(*) FROM audit_auditevent WHERE action = 'appointment.book' AND outcome = 'ok'"
    [(count,)] = clinic.database.rows(f"{query} AND jsonb_array_length(changes) > 0")
    return int(count)


def in_transaction(clinic: Clinic) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    [(count,)] = clinic.database.rows(f"{query} AND (xact_start IS NOT NULL)")
    return int(count)


@on_postgres
def test_killed_before_the_commit_there_is_nothing_and_the_same_key_books(serve: Serve) -> None:
    with serve() as clinic:
        doctor, request = killed_while_it_waits(clinic, BEFORE_COMMIT)
        assert (clinic.booked(doctor), booked_by_the_trail(clinic)) == (0, 0)
        again = clinic.send(request)
        assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (201, None)
        assert clinic.visits(doctor) == [again.json()["id"]]
        assert booked_by_the_trail(clinic) == 1


@on_postgres
def test_killed_between_commit_and_answer_the_same_key_tells_what_was_booked(serve: Serve) -> None:
    with serve() as clinic:
        doctor, request = killed_while_it_waits(clinic, DURING_COMMIT)
        [visit] = clinic.visits(doctor)
        assert booked_by_the_trail(clinic) == 1
        again = clinic.send(request)
        assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (201, "true")
        assert clinic.visits(doctor) == [visit] == [again.json()["id"]]
        assert booked_by_the_trail(clinic) == 1


@pytest.mark.slow
def test_workers_killed_at_random_lose_nothing_and_double_nothing(serve: Serve, tmp_path: Path) -> None:
    def kill(clinic: Clinic) -> None:
        clinic.server.kill_a_worker()

    with serve(settings={"RATE_LIMIT_USER": "0", "HOLD_MINUTES": "60", "HOLDS_PER_USER": "1000"}) as clinic:
        report = told_by_the_checker(clinic, tmp_path, lambda: kill(clinic), every=0.8)
        assert report.violations == {}
        assert report.faults >= 2
        assert report.outcomes["ok"] > 50
        print(f"\n{dict(report.outcomes)}, {report.faults} kills")
