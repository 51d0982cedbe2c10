"""PostgreSQL dies, is unreachable, or slow: 503 meanwhile, and back by itself within 5 seconds."""

import time
from pathlib import Path

import pytest
from django.db import connection

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Clinic, booking, migrate_and_seed, serving
from tests.faults.proxied import SETTINGS, behind_a_proxy, seconds_until_it_books
from tests.faults.under_fault import told_by_the_checker
from tests.faults.waiting import until
from tools.serving.cluster import Cluster
from tools.serving.database import existing

pytestmark = [
    pytest.mark.xdist_group("waiting"),  # which is most of what these do: beside those that load every core
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL"),
]
SECONDS_TO_RETURN = 5  # on a machine that has nothing else to do: `make prove` holds it to that
BUSY = "The system is busy. Nothing was changed; please try again."


def test_connections_that_are_dropped_are_made_anew(serve: Serve) -> None:
    with behind_a_proxy(serve) as (clinic, proxy, _):
        doctor = clinic.doctor()
        slots, patients = iter(clinic.slots(doctor, 60)), iter(clinic.patients(60))
        for _ in range(3):
            assert proxy.drop() > 0
            seconds_until_it_books(clinic, patients, doctor, slots)
        assert clinic.overlaps() == 0


def test_while_nobody_can_connect_the_answer_is_503_and_it_returns_by_itself(serve: Serve) -> None:
    with behind_a_proxy(serve) as (clinic, proxy, _):
        doctor = clinic.doctor()
        slots, patients = iter(clinic.slots(doctor, 60)), iter(clinic.patients(60))
        proxy.refuse()
        answer = clinic.send(booking(next(patients), doctor, next(slots)))
        assert (answer.status_code, answer.headers["Retry-After"], answer.json()) == (503, "1", {"detail": BUSY})
        ready = clinic.client.get("/readyz")
        assert (ready.status_code, ready.headers["Retry-After"]) == (503, "1")
        assert ready.json() == {"status": "not ready", "missing": ["database"]}
        assert clinic.client.get("/healthz").status_code == 200
        page = clinic.client.get("/api/doctors/")
        assert (page.status_code, page.headers["Retry-After"]) == (503, "1")
        page = clinic.client.get("/desk/", headers={"Cookie": "sessionid=of-somebody"})
        assert (page.status_code, page.headers["Retry-After"]) == (503, "1")
        assert "<h1>Please try again</h1>" in page.text
        proxy.heal()
        seconds_until_it_books(clinic, patients, doctor, slots)


def test_what_was_held_back_arrives_and_is_made_once(serve: Serve) -> None:
    with behind_a_proxy(serve) as (clinic, proxy, _):
        doctor = clinic.doctor()
        slot, other = clinic.slots(doctor, 2)
        proxy.delay_seconds = 0.05
        assert clinic.send(booking(clinic.patient(), doctor, slot)).status_code == 201
        proxy.heal()
        assert clinic.send(booking(clinic.patient(), doctor, other)).status_code == 201
        assert clinic.booked(doctor) == 2


@pytest.mark.slow
def test_it_is_back_within_5_seconds_however_long_nobody_could_connect(serve: Serve) -> None:
    with behind_a_proxy(serve) as (clinic, proxy, _):
        doctor = clinic.doctor()
        slots, patients = iter(clinic.slots(doctor, 60)), iter(clinic.patients(60))
        for seconds in (2, 30):
            proxy.refuse()
            began = time.monotonic()
            while time.monotonic() - began < seconds:
                assert clinic.send(booking(next(patients), doctor, next(slots))).status_code == 503
            proxy.heal()
            took = seconds_until_it_books(clinic, patients, doctor, slots)
            print(f"\nAfter {seconds} s without a database: back in {took:.1f} s")
            assert took < SECONDS_TO_RETURN


@pytest.mark.slow
def test_connections_that_break_at_random_lose_nothing_and_double_nothing(serve: Serve, tmp_path: Path) -> None:
    with behind_a_proxy(serve) as (clinic, proxy, url):
        report = told_by_the_checker(clinic, tmp_path, proxy.drop, every=0.5, url=url)
        assert report.violations == {}
        assert report.faults >= 3


@pytest.mark.slow
def test_a_killed_postgres_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """kill -9 of all its processes, three times, while everybody works; it is started again a second later."""
    cluster = Cluster(Path(f"/tmp/clinic-cluster-{time.time_ns()}"))
    cluster.start()
    returned: list[float] = []

    def kill(clinic: Clinic) -> None:
        if len(returned) == 3:
            return
        cluster.kill()
        time.sleep(1)
        cluster.start()
        returned.append(until(lambda: clinic.client.get("/api/doctors/?page_size=1").status_code == 200, 5))

    try:
        database = existing(cluster.url)
        people = migrate_and_seed(database)
        with serving(database, people, tmp_path / "log", "core.wsgi", SETTINGS) as clinic:
            report = told_by_the_checker(clinic, tmp_path, lambda: kill(clinic), every=2, operations=1500)
            assert report.violations == {}
            assert len(returned) >= 2
            print(f"\n{dict(report.outcomes)}, {len(returned)} kills, back in {returned}")
    finally:
        cluster.stop()
        cluster.remove()
