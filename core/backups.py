"""Copies of the whole database, by the engines' own tools, taken while people work; and the way back.

A backup is one file: a SQLite database, or a dump of pg_dump's custom format. It holds everything that the clinic
knows: it is readable by its owner only, and belongs on an encrypted disk, elsewhere.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as with_other
from pathlib import Path
from typing import Any, cast

from django.db import Error, connection
from django.db.models import F, Max, Q, RowRange, Window

from appointments.models import Appointment, AppointmentChange
from common import constraints
from core import dumps
from core.dumps import CannotBackUp
from core.health import missing_of_database
from doctors.models import Doctor
from patients.models import Patient

MAGIC = {"sqlite": b"SQLite format 3\x00", "postgresql": b"PGDMP"}
NEEDS = {"sqlite": "a SQLite database", "postgresql": "a dump of pg_dump's custom format"}
OWNER_ONLY = 0o600
SECONDS_OF_PATIENCE = 60
# Every version of the system has it.
OURS = "appointments_appointment"


@dataclass(frozen=True)
class Findings:
    """What a database holds, and what is wrong with it; ``wrong`` is empty if nothing is.

    ``left_out`` says why rights of other roles could not be given back: such a role may be for another machine.
    """

    patients: int
    doctors: int
    appointments: int
    wrong: list[str]
    left_out: list[str] = field(default_factory=list)


def backup(path: Path, *, overwrite: bool = False) -> None:
    """Copy the database to ``path``. The file appears when it is whole. Raises CannotBackUp."""
    if path.exists() and not overwrite:
        raise CannotBackUp(f"{path} exists. Name another file, or say --overwrite.")
    if not path.parent.is_dir():
        raise CannotBackUp(f"There is no directory {path.parent}.")
    if OURS not in _tables():
        raise CannotBackUp(
            f"There is nothing of a clinic in the database {connection.settings_dict['NAME']}. Is it the right one? "
            "DATABASE_URL names it, in the environment or in the file that ENV_FILE names."
        )
    partial = path.with_name(path.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=OWNER_ONLY)
        try:
            if connection.vendor == "sqlite":
                _copy_sqlite(partial)
            else:
                dumps.dump(partial)
            with partial.open("rb") as file:
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise CannotBackUp(f"{path} cannot be written: {error.strerror or 'the disk refuses'}.") from error
    except sqlite3.Error as error:
        raise CannotBackUp(f"{path} cannot be written: {error}.") from error


def restore(path: Path, *, replace: bool = False) -> Findings:
    """Make the database what it was when ``path`` was written, all of it or nothing; say what is there then.

    Refuses a database that is not empty unless it is to be replaced. Raises CannotBackUp.
    """
    _refuse_another_kind(path)
    if not replace and _tables():
        raise CannotBackUp(
            "The database is not empty. Restore into an empty one, or say --replace: then everything in it is lost."
        )
    left_out: list[str] = []
    if connection.vendor == "sqlite":
        _restore_sqlite(path)
    else:
        left_out = dumps.put_back(path)
    with _as_long_as_it_takes():
        return with_other(findings(), left_out=left_out)


def findings() -> Findings:
    """Count what is there and look for what must not be: missing guards, overlaps, visits with another history."""
    wrong = missing_of_database()
    patients = doctors = appointments = 0
    try:
        patients, doctors, appointments = Patient.objects.count(), Doctor.objects.count(), Appointment.objects.count()
        for model, guard in constraints.guards():
            if overlapping := _overlaps(model, guard):
                wrong.append(f"{overlapping} rows that overlap in spite of {guard.name}")
        if unequal := appointments - _as_their_history_says():
            wrong.append(f"{unequal} appointments that are not what their history says")
    except Error:
        wrong.append("tables that cannot be read: run migrate")
    return Findings(patients, doctors, appointments, wrong)


def _as_their_history_says() -> int:
    """How many appointments are what the last line of their history made of them."""
    last = AppointmentChange.objects.order_by().values("appointment").annotate(last=Max("pk")).values("last")
    same_room = Q(to_room=F("appointment__room")) | Q(to_room=None, appointment__room=None)
    told = {f"to_{name}": F(f"appointment__{name}") for name in ("status", "start", "end", "doctor", "location")}
    return AppointmentChange.objects.filter(same_room, pk__in=last, **told).count()


def _overlaps(model: Any, guard: constraints.NoOverlap) -> int:
    """How many begin before all that began earlier for the same doctor, patient or room have ended.

    In one pass by time: to look for each row's neighbours takes years of visits hours.
    """
    ended = Window(
        Max(guard.end),
        partition_by=guard.key,
        order_by=[guard.start, "pk"],
        frame=RowRange(start=None, end=-1),
    )
    rows = model._default_manager.filter(guard.condition, **{f"{guard.key}__isnull": False}).order_by()
    return cast(int, rows.annotate(ended_before=ended).filter(**{f"{guard.start}__lt": F("ended_before")}).count())


def _tables() -> list[str]:
    try:
        return connection.introspection.table_names()
    except Error as error:
        raise CannotBackUp(
            f"The database {connection.settings_dict['NAME']} cannot be read. Does it run, and does DATABASE_URL say "
            "how to reach it?"
        ) from error


@contextmanager
def _as_long_as_it_takes() -> Iterator[None]:
    """Years of visits take longer to compare than a request may take."""
    if connection.vendor != "postgresql":
        yield
        return
    from common.postgres import without_time_limits  # noqa: PLC0415 - psycopg is loaded where it is used

    with without_time_limits(connection):
        yield


def _refuse_another_kind(path: Path) -> None:
    """Before anything is touched: what is no backup of a clinic's must not take the place of one."""
    if not path.is_file():
        raise CannotBackUp(f"There is no file {path}.")
    vendor = connection.vendor
    try:
        with path.open("rb") as file:
            begins = file.read(len(MAGIC[vendor]))
    except OSError as error:
        raise CannotBackUp(f"{path} cannot be read: {error.strerror}.") from error
    if begins != MAGIC[vendor]:
        raise CannotBackUp(f"{path} is not {NEEDS[vendor]}, which this database is restored from.")
    if vendor == "sqlite":
        with closing(_opened(path)) as source:
            _refuse_damage(source, path)
            tables = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    else:
        tables = [word for line in dumps.contents(path) if " TABLE " in line for word in line.split()]
    if OURS not in tables:
        raise CannotBackUp(f"{path} is of another system: it has no table {OURS}.")


def _copy_sqlite(path: Path) -> None:
    connection.ensure_connection()
    source = cast(sqlite3.Connection, connection.connection)
    with closing(sqlite3.connect(path)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        _refuse_damage(target, path)


def _restore_sqlite(path: Path) -> None:
    """Page by page into the file that is there: whoever has it open sees the old or the new, never half of it."""
    with closing(_opened(path)) as source:
        connection.ensure_connection()
        deadline = time.monotonic() + SECONDS_OF_PATIENCE
        while True:
            try:
                source.backup(cast(sqlite3.Connection, connection.connection))
            except sqlite3.Error as error:
                if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise CannotBackUp(f"The database cannot be written: {error}. It is as it was.") from error
                if time.monotonic() > deadline:
                    raise CannotBackUp("The database is in use. Stop the servers, and try again.") from error
                time.sleep(0.1)
            else:
                break
    connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    """To read. As a URI, in which a name with ? or # would be another one, and be made empty."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _refuse_damage(file: sqlite3.Connection, path: Path) -> None:
    try:
        [(told,), *_] = file.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError:
        told = "it is not a database"
    if told != "ok":
        raise CannotBackUp(f"{path} is damaged: {told}.")
