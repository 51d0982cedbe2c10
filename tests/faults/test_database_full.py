"""The disk under PostgreSQL is full."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.concurrency.server import Call, Clinic, booking, migrate_and_seed, serving
from tests.faults.proxied import SETTINGS
from tests.faults.small_disk import Disk, small_disk
from tests.faults.under_fault import told_by_the_checker
from tests.postgres import unprivileged
from tools.serving.cluster import Cluster
from tools.serving.database import existing

pytestmark = [
    pytest.mark.xdist_group("concurrency"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL"),
    pytest.mark.slow,
]
MEGABYTES = 200
SECONDS_TO_RETURN, SECONDS_AT_MOST = 5, 60
# A log of small files, which needs another one soon.
LOG = {"max_wal_size": "16MB", "min_wal_size": "2MB"}


@contextmanager
def on_a_small_disk(folder: Path, *, only_the_log: bool = False) -> Iterator[tuple[Clinic, Cluster, Disk]]:
    """A clinic whose PostgreSQL has only so much space: for everything, or for its write-ahead log."""
    with small_disk(MEGABYTES) as disk, tempfile.TemporaryDirectory(prefix="clinic-cluster-") as name:
        Path(name).chmod(0o755)  # for the server's own user
        home, options = disk.path / "cluster", ["--wal-segsize=1"]
        if only_the_log:
            (disk.path / "log").mkdir()
            home = Path(name) / "cluster"
            options.append(f"--waldir={disk.path / 'log' / 'pg_wal'}")
            if identity := unprivileged():
                shutil.chown(disk.path / "log", identity["user"], identity["group"])
        cluster = Cluster(home, *options, **LOG)
        cluster.start()
        try:
            database = existing(cluster.url)
            people = migrate_and_seed(database)
            with serving(database, people, folder / "log", "core.wsgi", SETTINGS) as clinic:
                yield clinic, cluster, disk
        finally:
            disk.free()
            cluster.stop()


def seconds_until_back(clinic: Clinic, cluster: Cluster, wishes: Iterator[Call]) -> tuple[float, bool]:
    """How long until a booking succeeds; and whether PostgreSQL had ended: then somebody starts it, as systemd does."""
    began, ended = time.monotonic(), False
    while (answer := clinic.send(next(wishes))).status_code != 201:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), answer.text
        assert time.monotonic() - began < SECONDS_AT_MOST
        if cluster.process.poll() is not None:
            cluster.start()
            began, ended = time.monotonic(), True
    return time.monotonic() - began, ended


def use_up_the_log(clinic: Clinic) -> None:
    """What PostgreSQL has made ready of its log holds some more; then it ends itself: it must not lose a word."""
    with suppress(psycopg.Error), closing(psycopg.connect(clinic.database.url, autocommit=True)) as writer:
        for _ in range(MEGABYTES):
            writer.execute("SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1000000))")


def wishes_of(clinic: Clinic) -> Iterator[Call]:
    doctor = clinic.doctor()
    slots = clinic.slots(doctor, 200)
    return (booking(patient, doctor, slot) for patient, slot in zip(clinic.patients(200), slots, strict=True))


def test_on_a_full_disk_nothing_is_half_done_and_with_space_it_goes_on(tmp_path: Path) -> None:
    with on_a_small_disk(tmp_path) as (clinic, cluster, disk):
        wishes = wishes_of(clinic)
        disk.fill()
        answers = [clinic.send(next(wishes)) for _ in range(100)]
        refused = [answer for answer in answers if answer.status_code != 201]  # some find space in the tables
        assert {(answer.status_code, answer.headers["Retry-After"]) for answer in refused} == {(503, "1")}
        disk.free()
        took, ended = seconds_until_back(clinic, cluster, wishes)
        print(f"\n{len(refused)} of 100 refused, PostgreSQL ended: {ended}, back in {took:.1f} s")
        assert took < SECONDS_TO_RETURN
        [(booked,)] = clinic.database.rows("SELECT count(*) FROM appointments_appointment")
        assert booked == 100 - len(refused) + 1
        assert clinic.overlaps() == 0


@pytest.mark.parametrize("only_the_log", [False, True])
def test_a_disk_that_fills_up_while_everybody_works_loses_nothing_and_doubles_nothing(
    tmp_path: Path, only_the_log: bool
) -> None:
    with on_a_small_disk(tmp_path, only_the_log=only_the_log) as (clinic, cluster, disk):
        wishes = wishes_of(clinic)
        returned: list[tuple[float, bool]] = []

        def fill_for_a_while() -> None:
            if len(returned) < 3:
                disk.fill()
                if only_the_log:
                    use_up_the_log(clinic)
                time.sleep(2)
                disk.free()
                returned.append(seconds_until_back(clinic, cluster, wishes))

        report = told_by_the_checker(clinic, tmp_path, fill_for_a_while, every=1.5, operations=1500)
        print(f"\n{dict(report.outcomes)}; seconds until back, and whether PostgreSQL had ended: {returned}")
        assert report.violations == {}
        assert len(returned) >= 2
        assert max(seconds for seconds, _ in returned) < SECONDS_TO_RETURN
