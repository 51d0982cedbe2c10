"""What a restore does with a file, a server and a disk that are not as hoped for."""

import io
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import backups, dumps
from tests.concurrency.conftest import Copied
from tests.faults.test_backups import empty, manage
from tools.serving.database import Database, PostgresDatabase

pytestmark = pytest.mark.xdist_group("concurrency")

postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL's own tools")
sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="about files of SQLite")


def dump(database: Database, file: Path) -> None:
    """What the engine's own tool makes of a database, whatever is in it."""
    if isinstance(database, PostgresDatabase):
        subprocess.run([dumps._find("pg_dump"), "--format=custom", f"--file={file}", database.url], check=True)
    else:
        file.write_bytes(Path(database.url.removeprefix("sqlite:///")).read_bytes())


def test_a_file_of_another_system_is_refused_and_changes_nothing(copied: Copied, tmp_path: Path) -> None:
    file = tmp_path / "shop.backup"
    with copied() as database:
        with empty(database, tmp_path) as other:
            other.execute("CREATE TABLE goods (price int)")
            dump(other, file)
        told = manage(database, "restore", str(file), "--replace")
        assert told.returncode == 1
        assert told.stderr == f"CommandError: {file} is of another system: it has no table appointments_appointment.\n"
        assert database.rows("SELECT count(*) FROM patients_patient") == [(1000,)]


def test_nothing_is_no_backup(copied: Copied, tmp_path: Path) -> None:
    with copied() as database, empty(database, tmp_path) as other:
        told = manage(other, "backup", str(tmp_path / "clinic.backup"))
        assert told.returncode == 1
        assert told.stderr.startswith("CommandError: There is nothing of a clinic in the database ")
        assert not (tmp_path / "clinic.backup").exists()


@postgres
def test_a_backup_comes_back_where_a_role_that_had_rights_is_not(copied: Copied, tmp_path: Path) -> None:
    file, role = tmp_path / "clinic.backup", f"clinic_app_{os.getpid()}"
    with copied() as database:
        database.execute(f"CREATE ROLE {role}")
        try:
            database.execute(f"GRANT SELECT ON patients_patient TO {role}")
            assert manage(database, "backup", str(file)).returncode == 0
            with empty(database, tmp_path) as same:
                assert manage(same, "restore", str(file)).stderr == ""
                assert same.rows(f"SELECT has_table_privilege('{role}', 'patients_patient', 'SELECT')") == [(True,)]
        finally:
            database.execute(f"DROP OWNED BY {role}")
            database.execute(f"DROP ROLE {role}")
        with empty(database, tmp_path) as other:
            for options in ((), ("--replace",)):
                told = manage(other, "restore", str(file), *options)
                assert told.returncode == 0, told.stderr
                assert "Restored 1000 patients, 150 doctors, 0 appointments." in told.stdout
                assert told.stderr == (
                    f'Rights were left out: role "{role}" does not exist. Let the owner run deploy/audit-grants.sql '
                    "for the application's role.\n"
                )


@postgres
def test_a_backup_comes_back_where_the_extensions_are_the_superusers(copied: Copied, tmp_path: Path) -> None:
    file, role = tmp_path / "clinic.backup", f"clinic_owner_{os.getpid()}"
    with copied() as database:
        assert manage(database, "backup", str(file)).returncode == 0
        with empty(database, tmp_path) as other:
            assert isinstance(other, PostgresDatabase)
            for extension in ("btree_gist", "pg_trgm"):
                other.execute(f"CREATE EXTENSION {extension}")
            other.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'owner'")
            other.execute(f"ALTER DATABASE {other.name} OWNER TO {role}")
            other.execute(f"GRANT ALL ON SCHEMA public TO {role}")
            whole, there = other.url, other.url.rpartition("@")[2]
            try:
                other.url = f"postgres://{role}:owner@{there}"
                for options in ((), ("--replace",)):
                    told = manage(other, "restore", str(file), *options)
                    assert (told.returncode, told.stderr) == (0, "")
            finally:
                other.url = whole
                other.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER")
                other.execute(f"DROP OWNED BY {role}")
                other.execute(f"DROP ROLE {role}")


@sqlite
def test_a_name_that_means_something_in_a_uri_is_that_file(copied: Copied, tmp_path: Path) -> None:
    file = tmp_path / "is it #1? 50%.backup"
    with copied() as database:
        assert manage(database, "backup", str(file)).returncode == 0
        told = manage(database, "restore", str(file), "--replace")
        assert (told.returncode, told.stdout.splitlines()[0]) == (
            0,
            "Restored 1000 patients, 150 doctors, 0 appointments.",
        )


@sqlite
@pytest.mark.django_db
def test_what_sqlite_cannot_write_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(backups, "_copy_sqlite", full)
    file = tmp_path / "clinic.backup"
    with pytest.raises(CommandError, match=f"^{file} cannot be written: database or disk is full\\.$"):
        call_command("backup", str(file))
    assert list(tmp_path.iterdir()) == []


@sqlite
@pytest.mark.django_db
def test_a_full_disk_is_not_taken_for_a_database_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def backup(self, target: Any) -> None:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

        def close(self) -> None: ...

    monkeypatch.setattr(backups, "_opened", lambda path: Full())
    with pytest.raises(backups.CannotBackUp, match=r"^The database cannot be written: database or disk is full"):
        backups._restore_sqlite(tmp_path / "clinic.backup")


@pytest.mark.django_db
def test_a_place_where_nothing_can_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / ("x" * 250)  # too long once it is said to be partial
    with pytest.raises(CommandError, match=r"/x+ cannot be written: File name too long\.$"):
        call_command("backup", str(file))


@postgres
@pytest.mark.django_db
def test_looking_through_what_was_restored_takes_as_long_as_it_has_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = []

    def findings() -> backups.Findings:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            limits.append(cursor.fetchone()[0])
        return backups.Findings(0, 0, 0, [])

    monkeypatch.setattr(backups, "_refuse_another_kind", lambda path: None)
    monkeypatch.setattr(dumps, "put_back", lambda path: [])
    monkeypatch.setattr(backups, "findings", findings)
    backups.restore(tmp_path / "clinic.backup", replace=True)
    assert limits == ["0"]


# --- How PostgreSQL's tools are called -----------------------------------------------------------


def test_postgresqls_tools_go_the_way_that_database_url_names(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"sslmode": "verify-full", "sslrootcert": "/ca.pem", "options": "-c lock_timeout=3000", "pool": {}}
    there = {"HOST": "db", "PORT": 5433, "USER": "clinic", "NAME": "clinic", "PASSWORD": "hush", "OPTIONS": options}
    monkeypatch.setattr(connection, "settings_dict", there)
    monkeypatch.setattr(os, "environ", {"PATH": "/bin"})
    assert dumps.environment() == {
        "PATH": "/bin",
        "PGHOST": "db",
        "PGPORT": "5433",
        "PGUSER": "clinic",
        "PGDATABASE": "clinic",
        "PGPASSWORD": "hush",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/ca.pem",
    }


def test_what_only_newer_servers_know_is_left_out_of_a_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "pg_restore"
    tool.write_text("#!/bin/sh\nprintf 'SET lock_timeout = 0;\\nSET transaction_timeout = 0;\\nSELECT 1;\\n'\n")
    tool.chmod(0o755)
    monkeypatch.setattr(dumps, "_find", lambda name: str(tool))
    monkeypatch.setattr(dumps, "environment", lambda: dict(os.environ))
    script = io.BytesIO()
    with closing(TemporaryFile("w+")) as said:
        assert dumps._write(tmp_path / "clinic.backup", [], script, said) == 0
    assert script.getvalue() == b"SET lock_timeout = 0;\nSELECT 1;\n"
