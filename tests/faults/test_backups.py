"""A backup that is taken while people work is whole, and comes back whole."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import booking
from tools.serving import nursery
from tools.serving.database import Database, PostgresDatabase, SqliteFile
from tools.serving.nursery import ROOT
from tools.serving.server import environment, serving

pytestmark = pytest.mark.xdist_group("concurrency")


def manage(database: Database, *command: str) -> "subprocess.CompletedProcess[str]":
    return nursery.run(["manage.py", *command], environment(database))


@contextmanager
def empty(database: Database, folder: Path) -> Iterator[Database]:
    """An empty database beside another one."""
    beside: Database
    if isinstance(database, PostgresDatabase):
        beside = PostgresDatabase(database.server, f"{database.name}_restored")
    else:
        beside = SqliteFile(folder / "restored.sqlite3")
    try:
        yield beside
    finally:
        beside.drop()


def visits(database: Database) -> list[tuple[object, ...]]:
    return database.rows("SELECT id, doctor_id, patient_id, status, version FROM appointments_appointment ORDER BY id")


def test_a_backup_comes_back_as_it_was_with_its_guards(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "clinic.backup"
    with serve() as clinic:
        doctor = clinic.doctor()
        for slot in clinic.slots(doctor, 5):
            clinic.book(clinic.patient(), doctor, slot)
        done = manage(clinic.database, "backup", str(file))  # while the server serves
        assert done.returncode == 0, done.stderr
        assert file.stat().st_mode & 0o077 == 0
        before = visits(clinic.database)
        with empty(clinic.database, tmp_path) as other:
            told = manage(other, "restore", str(file))
            assert told.returncode == 0, told.stderr
            assert "1000 patients, 150 doctors, 5 appointments." in told.stdout
            assert "Guards are in place, nothing overlaps, every history is whole." in told.stdout
            assert visits(other) == before
            with pytest.raises(Exception, match="_not_double_booked"):
                store_twice(other)


def store_twice(database: Database) -> None:
    columns = 'patient_id, doctor_id, location_id, start, "end", buffer_before_minutes, buffer_after_minutes, status'
    columns += ", notes, version, created_at, updated_at"
    query = f"INSERT INTO appointments_appointment ({columns}) SELECT {columns} FROM appointments_appointment"
    database.rows(query)


def test_a_restore_takes_back_what_came_after_the_backup_only_if_told_to(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "clinic.backup"
    with serve() as clinic:
        doctor = clinic.doctor()
        first, second = clinic.slots(doctor, 2)
        clinic.book(clinic.patient(), doctor, first)
        assert manage(clinic.database, "backup", str(file)).returncode == 0
        clinic.book(clinic.patient(), doctor, second)
        clinic.stop()

        refused = manage(clinic.database, "restore", str(file))
        assert (refused.returncode, clinic.booked(doctor)) == (1, 2)
        assert "The database is not empty." in refused.stderr
        done = manage(clinic.database, "restore", str(file), "--replace")
        assert (done.returncode, clinic.booked(doctor)) == (0, 1), done.stderr


def test_a_backup_of_an_older_version_replaces_what_a_newer_one_has_made(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "clinic.backup"
    with serve() as clinic:
        doctor = clinic.doctor()
        [slot] = clinic.slots(doctor, 1)
        clinic.book(clinic.patient(), doctor, slot)
        clinic.stop()
        assert manage(clinic.database, "migrate", "doctors", "0006").returncode == 0
        assert manage(clinic.database, "backup", str(file)).returncode == 0
        assert manage(clinic.database, "migrate").returncode == 0  # makes a table that refers to one of the backup
        told = manage(clinic.database, "restore", str(file), "--replace")
        assert "Restored 1000 patients, 150 doctors, 1 appointments." in told.stdout, told.stderr
        assert "But not all is well: migration doctors.0007_written_weeks." in told.stderr
        assert manage(clinic.database, "migrate").returncode == 0
        assert clinic.booked(doctor) == 1


def test_what_is_restored_passes_the_checker(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "clinic.backup"
    with serve() as clinic:
        doctor = clinic.doctor()
        [slot] = clinic.slots(doctor, 1)
        clinic.book(clinic.patient(), doctor, slot)
        assert manage(clinic.database, "backup", str(file)).returncode == 0
        token = clinic.token
        with empty(clinic.database, tmp_path) as other:
            assert manage(other, "restore", str(file)).returncode == 0
            with serving(other, tmp_path / "log", more={"RATE_LIMIT_USER": "0", "HOLDS_PER_USER": "1000"}) as server:
                server.wait_until_it_answers()
                command = [sys.executable, "-m", "tools.checker", "--operations", "120", "--database", other.url]
                command += ["--address", server.address, "--token", token]
                told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)
            assert told.returncode == 0, told.stdout + told.stderr
            assert re.search("violations in 0 seeds", told.stdout)


def test_a_file_that_is_no_backup_is_refused_and_changes_nothing(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Call the plumber.")
    half = tmp_path / "half.backup"
    with serve() as clinic:
        doctor = clinic.doctor()
        clinic.book(clinic.patient(), doctor, clinic.slots(doctor, 1)[0])
        assert manage(clinic.database, "backup", str(half)).returncode == 0
        half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
        clinic.stop()
        for path, word in ((file, "is not"), (tmp_path / "nowhere", "There is no file"), (half, "")):
            done = manage(clinic.database, "restore", str(path), "--replace")
            assert done.returncode == 1
            assert word in done.stderr
            assert "Traceback" not in done.stderr
            assert clinic.booked(doctor) == 1


def test_a_backup_does_not_write_over_another_one(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "clinic.backup"
    file.write_text("yesterday's")
    with serve() as clinic:
        done = manage(clinic.database, "backup", str(file))
        assert (done.returncode, file.read_text()) == (1, "yesterday's")
        assert manage(clinic.database, "backup", str(file), "--overwrite").returncode == 0
        assert [path.name for path in tmp_path.iterdir()] == ["clinic.backup"]
        assert clinic.send(booking(clinic.patient(), clinic.doctor(), "2030-01-07T10:00:00Z")).status_code == 201
