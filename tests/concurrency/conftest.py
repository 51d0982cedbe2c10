"""Clinics that are served by real processes, in real time, on the database that the suite runs on."""

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import count

import pytest

from tests.concurrency.server import Clinic, migrate_and_seed, serving
from tools.serving.database import Database, PostgresDatabase, SqliteFile

Serve = Callable[..., AbstractContextManager[Clinic]]


@pytest.fixture(autouse=True)
def clock() -> None:
    """The servers' clocks run, so this one does."""


@pytest.fixture(scope="package")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Runs a server on a fresh copy of one migrated and seeded database, with or without what protects it."""
    folder = tmp_path_factory.mktemp("concurrency")
    numbers = count(1)
    template: Database
    if server := os.environ.get("TEST_DATABASE_URL"):
        template = PostgresDatabase(server, f"concurrency_{uuid.uuid4().hex[:12]}")
    else:
        template = SqliteFile(folder / "template.sqlite3")

    @contextmanager
    def run(
        *,
        lock: bool = True,
        guards: bool = True,
        keys: bool = True,
        trail: bool = True,
        rooms: bool = True,
        guard: bool = True,
        pages: bool = False,
        settings: Mapping[str, str] | None = None,
        query: str = "",
        application: str = "core.wsgi",
        through: Callable[[str], str] = str,
    ) -> Iterator[Clinic]:
        number = next(numbers)
        database = template.copy(f"copy{number}")
        try:
            if not guards:
                database.drop_guards()
            application = application if lock else "tests.concurrency.unguarded"
            application = application if keys else "tests.concurrency.keyless"
            application = application if trail else "tests.concurrency.untold"
            application = application if rooms else "tests.concurrency.roomless"
            application = application if guard else "tests.concurrency.unwatched"
            application = "tests.concurrency.pages" if pages else application
            more = {**(settings or {}), "DATABASE_URL": through(database.url) + query}
            with serving(database, people, folder / f"{number}.log", application, more) as clinic:
                yield clinic
        finally:
            database.drop()

    try:
        people = migrate_and_seed(template)
        yield run
    finally:
        template.drop()


@pytest.fixture(scope="package")
def clinic(serve: Serve) -> Iterator[Clinic]:
    """The server as it is deployed, shared by all tests that only add to it."""
    with serve() as clinic:
        yield clinic
