"""What a server that is told to stop, or whose worker dies, owes to those who are being served."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest
from django.db import connection

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Call, Clinic, booking
from tests.faults.waiting import until

pytestmark = [
    pytest.mark.xdist_group("concurrency"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="On SQLite nobody sees who waits for whom"),
]
LOCKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def waiting(clinic: Clinic) -> int:
    [(count,)] = clinic.database.rows(LOCKED)
    return int(count)


def test_a_booking_that_has_begun_is_finished_when_the_server_is_told_to_stop(serve: Serve) -> None:
    with serve() as clinic, ThreadPoolExecutor(1) as clients:
        doctor = clinic.doctor()
        [slot] = clinic.slots(doctor, 1)
        with psycopg.connect(clinic.database.url) as other:
            other.execute("SELECT 1 FROM doctors_doctor WHERE id = %s FOR UPDATE", [doctor])
            answer = clients.submit(clinic.send, booking(clinic.patient(), doctor, slot))
            until(lambda: waiting(clinic) == 1)
            clinic.server.process.send_signal(signal.SIGTERM)
            other.rollback()
        assert answer.result().status_code == 201
        assert clinic.visits(doctor) == [answer.result().json()["id"]]
        clinic.server.process.wait(20)
        assert not any("Traceback" in line for line in clinic.troubles())


def test_a_worker_killed_before_the_insert_leaves_nothing_and_another_one_serves(serve: Serve) -> None:
    with serve() as clinic, ThreadPoolExecutor(1) as clients:
        doctor, patient = clinic.doctor(), clinic.patient()
        [slot] = clinic.slots(doctor, 1)
        with psycopg.connect(clinic.database.url) as other:
            other.execute("SELECT 1 FROM doctors_doctor WHERE id = %s FOR UPDATE", [doctor])
            answer = clients.submit(clinic.send, booking(patient, doctor, slot))
            until(lambda: waiting(clinic) == 1)
            for worker in clinic.server.workers():
                os.kill(worker, signal.SIGKILL)
            other.rollback()
        with pytest.raises(httpx.TransportError):
            answer.result()
        assert clinic.booked(doctor) == 0
        assert clinic.send(booking(patient, doctor, slot)).status_code == 201  # the new worker, on the same socket


def test_processes_add_up_what_each_of_them_counts(serve: Serve) -> None:
    with serve(settings={"METRICS_TOKEN": "for-the-metrics"}) as clinic:
        assert len(clinic.server.workers()) == 2
        shown = clinic.send(Call("GET", "/metrics", headers=(("Authorization", "Bearer for-the-metrics"),))).text
        warmed_up = 'clinic_requests_total{method="GET",route="doctor-list",status="200"}'
        assert f"{warmed_up} 32.0" in shown.splitlines()  # by both
        assert "clinic_database_pool" in shown
