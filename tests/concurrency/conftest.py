"""Clinics that are served by real processes, in real time, on the database that the suite runs on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any

import pytest

from tests import collected
from tests.concurrency.server import Clinic, serving
from tools.serving.database import Database

Serve = Callable[..., AbstractContextManager[Clinic]]
NUMBERS = count(1)  # of the copies that this process has made


@pytest.fixture(autouse=True)
def clock() -> None:
    """The servers' clocks run, so this one does."""


@pytest.fixture(scope="package")
def serve(tmp_path_factory: pytest.TempPathFactory, seeded: tuple[Database, dict[str, Any]]) -> Serve:
    """Runs a server on a fresh copy of one migrated and seeded database, with or without what protects it."""
    folder = tmp_path_factory.mktemp("concurrency")
    template, people = seeded
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
        number = next(NUMBERS)
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
            more = {"STATIC_ROOT": str(folder), **(settings or {}), "DATABASE_URL": through(database.url) + query}
            with serving(database, people, folder / f"{number}.log", application, more) as clinic:
                yield clinic
        finally:
            database.drop()

    return run


@pytest.fixture(scope="package")
def clinic(serve: Serve) -> Iterator[Clinic]:
    """The server as it is deployed, shared by all tests that only add to it."""
    with serve() as clinic:
        yield clinic
