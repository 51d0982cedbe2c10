"""Clinics that are served by real processes, in real time, on the database that the suite runs on."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any

import pytest

from tests import collected
from tests.concurrency.server import Clinic, serving
from tools.serving.database import Database

Copied = Callable[[], AbstractContextManager[Database]]
Serve = Callable[..., AbstractContextManager[Clinic]]
NUMBERS = count(1)  # of the copies and logs that this process has made


@pytest.fixture(autouse=True)
def clock() -> None:
    """The servers' clocks run, so this one does."""


@pytest.fixture(scope="package")
def copied(seeded: tuple[Database, dict[str, Any]]) -> Copied:
    """A fresh copy of one migrated and seeded database, which nobody serves."""
    template, _ = seeded

    @contextmanager
    def copy() -> Iterator[Database]:
        database = template.copy(f"copy{os.getpid()}_{next(NUMBERS)}")
        try:
            yield database
        finally:
            database.drop()

    return copy


@pytest.fixture(scope="package")
def serve(tmp_path_factory: pytest.TempPathFactory, seeded: tuple[Database, dict[str, Any]], copied: Copied) -> Serve:
    """Runs a server on a fresh copy of one migrated and seeded database, with or without what protects it."""
    folder = tmp_path_factory.mktemp("concurrency")
    _, people = seeded
    collected.put_down(folder, collected.names())

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
        application = application if lock else "tests.concurrency.unguarded"
        application = application if keys else "tests.concurrency.keyless"
        application = application if trail else "tests.concurrency.untold"
        application = application if rooms else "tests.concurrency.roomless"
        application = application if guard else "tests.concurrency.unwatched"
        application = "tests.concurrency.pages" if pages else application
        with copied() as database:
            if not guards:
                database.drop_guards()
            more = {"STATIC_ROOT": str(folder), **(settings or {}), "DATABASE_URL": through(database.url) + query}
            with serving(database, people, folder / f"{next(NUMBERS)}.log", application, more) as clinic:
                yield clinic

    return run


@pytest.fixture(scope="package")
def clinic(serve: Serve) -> Iterator[Clinic]:
    """The server as it is deployed, shared by all tests that only add to it."""
    with serve() as clinic:
        yield clinic


@pytest.fixture(scope="package")
def calm(serve: Serve) -> Iterator[Clinic]:
    """One whose tests all end without a deadlock, and without a line of its log that a calm day does not have.

    Deadlocks are counted for certain once everybody has disconnected: so when all of them have been run.
    """
    with serve() as clinic:
        yield clinic
        clinic.stop()
        assert clinic.database.deadlocks() == 0
        assert clinic.troubles() == []
