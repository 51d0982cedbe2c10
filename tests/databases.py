"""The databases of a run: one is migrated for all of its processes, and whoever needs another takes a copy of it."""

import fcntl
import os
import pickle
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection

from tools.serving.database import Database, PostgresDatabase, SqliteFile

T = TypeVar("T")


def folder_of_the_run(factory: pytest.TempPathFactory) -> Path:
    """Where all processes of this run look: each has a folder of its own in it, or it is the only process."""
    own = factory.getbasetemp()
    folder = (own.parent if own.name.startswith("popen-") else own) / "databases"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def shared(file: Path, make: Callable[[], T], drop: Callable[[T], None]) -> Iterator[T]:
    """What the first process of a run makes, for all of them: the last one to leave drops it. ``file`` tells of it."""
    with _locked(file):
        users, made = pickle.loads(file.read_bytes()) if file.exists() else (0, None)
        if not users:
            made = make()
        file.write_bytes(pickle.dumps((users + 1, made)))
    try:
        yield made
    finally:
        with _locked(file):
            users, _ = pickle.loads(file.read_bytes())
            file.write_bytes(pickle.dumps((users - 1, made)))
            if users == 1:
                drop(made)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Nobody else does, until the block is over: or the process, whatever ends it."""
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrated(folder: Path) -> Database:
    """A new database as Django makes one for tests: with every table, guard and first record. Nobody is connected."""
    on_postgres = connection.vendor == "postgresql"
    name = f"migrated_{uuid4().hex[:12]}" if on_postgres else str(folder / "migrated.sqlite3")
    here = connection.settings_dict
    usual, usual_of_tests = here["NAME"], here["TEST"]["NAME"]
    here["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        here["TEST"]["NAME"] = usual_of_tests
        here["NAME"] = settings.DATABASES[DEFAULT_DB_ALIAS]["NAME"] = usual
    if on_postgres:
        return PostgresDatabase(os.environ["TEST_DATABASE_URL"], name, template=None)
    return SqliteFile(Path(name))


def take_as_test_database(template: Database, *, verbosity: int, autoclobber: bool, **options: Any) -> str:
    """What Django's `create_test_db` does, without migrating: a copy has all that is to be migrated."""
    here = connection.settings_dict
    if isinstance(template, PostgresDatabase):
        here["TEST"]["TEMPLATE"] = template.name
    name: str = connection.creation._create_test_db(verbosity, autoclobber)
    if isinstance(template, SqliteFile):
        with closing(sqlite3.connect(template.path)) as source, closing(sqlite3.connect(name)) as copy:
            source.backup(copy)
    connection.close()
    here["NAME"] = settings.DATABASES[DEFAULT_DB_ALIAS]["NAME"] = name
    connection.ensure_connection()
    return name
