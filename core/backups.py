"""Copies of the whole database, by the engines' own tools, taken while people work; and the way back.

A backup is one file: a SQLite database, or a dump of pg_dump's custom format. It holds everything that the clinic
knows: it is readable by its owner only, and belongs on an encrypted disk, elsewhere.
"""

import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryFile
from typing import IO, Any, cast

from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.models import Count, Exists, F, OuterRef

from appointments.models import Appointment
from common import constraints
from core.health import find_missing
from doctors.models import Doctor
from patients.models import Patient

DEBIAN = Path("/usr/lib/postgresql")
MAGIC = {"sqlite": b"SQLite format 3\x00", "postgresql": b"PGDMP"}
NEEDS = {"sqlite": "a SQLite database", "postgresql": "a dump of pg_dump's custom format"}
OWNER_ONLY = 0o600
SECONDS_OF_PATIENCE = 60


class CannotBackUp(Exception):
    """What is wrong, and what to do: for whoever types the command."""


@dataclass(frozen=True)
class Findings:
    """What a database holds, and what is wrong with it; ``wrong`` is empty if nothing is."""

    patients: int
    doctors: int
    appointments: int
    wrong: list[str]


def backup(path: Path, *, overwrite: bool = False) -> None:
    """Copy the database to ``path``. The file appears when it is whole. Raises CannotBackUp."""
    if path.exists() and not overwrite:
        raise CannotBackUp(f"{path} exists. Name another file, or say --overwrite.")
    if not path.parent.is_dir():
        raise CannotBackUp(f"There is no directory {path.parent}.")
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=OWNER_ONLY)
    try:
        if connection.vendor == "sqlite":
            _copy_sqlite(partial)
        else:
            _run("pg_dump", "--format=custom", "--no-owner", f"--file={partial}")
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise CannotBackUp(f"{path} cannot be written: {error.strerror or 'the disk refuses'}.") from error
    finally:
        partial.unlink(missing_ok=True)


def restore(path: Path, *, replace: bool = False) -> Findings:
    """Make the database what it was when ``path`` was written, all of it or nothing; say what is there then.

    Refuses a database that is not empty unless it is to be replaced. Raises CannotBackUp.
    """
    _refuse_another_kind(path)
    if not replace and connection.introspection.table_names():
        raise CannotBackUp(
            "The database is not empty. Restore into an empty one, or say --replace: then everything in it is lost."
        )
    if connection.vendor == "sqlite":
        _restore_sqlite(path)
    elif replace:
        _replace_postgres(path)
    else:
        connections[DEFAULT_DB_ALIAS].close()
        options = ["--single-transaction", "--exit-on-error", "--no-owner"]
        _run("pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(path))
    return findings()


def findings() -> Findings:
    """Count what is there and look for what must not be: missing guards, overlaps, visits with another history."""
    wrong = find_missing()
    patients = doctors = appointments = 0
    try:
        patients, doctors, appointments = Patient.objects.count(), Doctor.objects.count(), Appointment.objects.count()
        for model, guard in constraints.guards():
            if overlapping := _overlaps(model, guard):
                wrong.append(f"{overlapping} rows that overlap in spite of {guard.name}")
        lines = Appointment.objects.order_by().annotate(lines=Count("history"))
        if unequal := lines.exclude(lines=F("version")).count():
            wrong.append(f"{unequal} appointments whose history is not whole")
    except Error:
        wrong.append("tables that cannot be read: run migrate")
    return Findings(patients, doctors, appointments, wrong)


def _overlaps(model: Any, guard: constraints.NoOverlap) -> int:
    rows = model._default_manager.filter(guard.condition).order_by()
    others = rows.filter(
        **{
            guard.key: OuterRef(guard.key),
            f"{guard.start}__lt": OuterRef(guard.end),
            f"{guard.end}__gt": OuterRef(guard.start),
        }
    ).exclude(pk=OuterRef("pk"))
    return cast(int, rows.filter(Exists(others)).count())


def _refuse_another_kind(path: Path) -> None:
    if not path.is_file():
        raise CannotBackUp(f"There is no file {path}.")
    magic = MAGIC[connection.vendor]
    with path.open("rb") as file:
        if file.read(len(magic)) != magic:
            raise CannotBackUp(f"{path} is not {NEEDS[connection.vendor]}, which this database is restored from.")


def _copy_sqlite(path: Path) -> None:
    connection.ensure_connection()
    source = cast(sqlite3.Connection, connection.connection)
    with closing(sqlite3.connect(path)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        _refuse_damage(target, path)


def _restore_sqlite(path: Path) -> None:
    """Page by page into the file that is there: whoever has it open sees the old or the new, never half of it."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source:
        _refuse_damage(source, path)
        connection.ensure_connection()
        deadline = time.monotonic() + SECONDS_OF_PATIENCE
        while True:
            try:
                source.backup(cast(sqlite3.Connection, connection.connection))
            except sqlite3.OperationalError as error:
                if time.monotonic() > deadline:
                    raise CannotBackUp("The database is in use. Stop the servers, and try again.") from error
                time.sleep(0.1)
            else:
                break
    connection.close()


def _replace_postgres(path: Path) -> None:
    """Drop every table that is there and put back what the dump holds, in one transaction.

    pg_restore drops what the dump knows alone, and fails where a table of a newer version refers to that. So its script
    goes to psql, which is told to commit once all of it has been read.
    """
    tables = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names()))
    connections[DEFAULT_DB_ALIAS].close()
    begin = f"BEGIN; DROP TABLE IF EXISTS {tables} CASCADE;\n" if tables else "BEGIN;\n"
    read = [_find("pg_restore"), "--clean", "--if-exists", "--no-owner", "--file=-", str(path)]
    write = [_find("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    with TemporaryFile("w+") as said:
        shared: dict[str, Any] = {"env": _environment(), "stderr": said}
        with Popen(write, stdin=PIPE, stdout=DEVNULL, **shared) as psql:  # noqa: S603 - ours
            script = cast(IO[bytes], psql.stdin)
            with suppress(BrokenPipeError):  # psql has ended, and said why
                script.write(begin.encode())
                with Popen(read, stdout=PIPE, **shared) as dump:  # noqa: S603 - ours
                    shutil.copyfileobj(cast(IO[bytes], dump.stdout), script)
                if dump.returncode == 0:
                    script.write(b"COMMIT;\n")
            with suppress(BrokenPipeError):
                script.close()
        said.seek(0)
        errors = [line for line in said if "error" in line.lower()]
    if psql.returncode or dump.returncode:
        raise CannotBackUp(f"pg_restore failed: {errors[0].strip() if errors else 'no reason given'}")


def _refuse_damage(file: sqlite3.Connection, path: Path) -> None:
    try:
        [(told,), *_] = file.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError:
        told = "it is not a database"
    if told != "ok":
        raise CannotBackUp(f"{path} is damaged: {told}.")


def _run(tool: str, *options: str) -> None:
    """One of PostgreSQL's tools, on the database of the settings."""
    command = [_find(tool), *options]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise CannotBackUp(
            f"{tool} failed: {done.stderr.strip().splitlines()[0] if done.stderr else 'no reason given'}"
        )


def _environment() -> dict[str, str]:
    """Which database PostgreSQL's tools are to work on, and the password, which no list of processes shows so."""
    there = connection.settings_dict
    address = {"PGHOST": there["HOST"], "PGPORT": there["PORT"], "PGUSER": there["USER"], "PGDATABASE": there["NAME"]}
    environment = {**os.environ, **{name: str(value) for name, value in address.items() if value}}
    return environment | {"PGPASSWORD": there["PASSWORD"]} if there["PASSWORD"] else environment


def _find(tool: str) -> str:
    """Where it is: on PATH, or Debian's newest."""
    found = shutil.which(tool)
    debian = sorted(DEBIAN.glob(f"*/bin/{tool}"), key=lambda path: int(path.parts[-3]), reverse=True)
    if found := found or (str(debian[0]) if debian else None):
        return found
    raise CannotBackUp(f"{tool} is not installed. Debian: apt install postgresql-client.")
