"""What every test may ask for."""

import gc
import logging
import re
from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

import hypothesis
import pytest
import time_machine
from django.core.management.color import no_style
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.models import User
from audit import guards
from clinics.models import Location
from tests import databases
from tests.concurrency.server import migrate_and_seed
from tests.factories import NOW
from tests.tokens import token_of
from tools.serving.database import Database

# What makes a test depend on the database that the suite runs on. A condition may be about the engine.
FIXTURES = {"db", "kept_rows", "transactional_db", "django_db_reset_sequences", "live_server", "migrated", "seeded"}
MARKS = ("django_db", "skipif", "postgres", "sqlite")
SERVED = {"concurrency", "faults"}  # by processes of their own, on databases that need no fixture
OBJECTS_BETWEEN_SEARCHES = 50_000  # as in core.wsgi

hypothesis.settings.register_profile("clinic", deadline=None)  # a slow machine is no defect
hypothesis.settings.load_profile("clinic")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests are made, which stay: to search them for cycles, again and again, takes a third as long more.

    Nor are they searched while the tests run, or at the end.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for no database passes or fails on both alike: once is enough."""
    for item in items:
        asked: object = FIXTURES.intersection(getattr(item, "fixturenames", FIXTURES))
        asked = asked or any(map(item.get_closest_marker, MARKS)) or item.path.parent.name in SERVED
        if not asked:
            item.add_marker(pytest.mark.once)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still at `NOW`, a Monday, unless a test moves it: no test depends on the day it runs."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


# What `make_patient` calls those whom a test does not name, and their numbers.
OF_A_PATIENT = re.compile(r"\bPatient \d+\b|\b07\d{8}\b")


@pytest.fixture(autouse=True)
def nothing_of_patients_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No line that the system logs in any test, failures included, says who somebody is."""
    yield
    formatter = next(handler.formatter for handler in logging.root.handlers if handler.get_name() == "stderr")
    assert formatter
    lines = [formatter.format(record) for when in ("setup", "call") for record in caplog.get_records(when)]
    assert [line for line in lines if OF_A_PATIENT.search(line)] == []


@pytest.fixture(scope="session", autouse=True)
def emptied_tables() -> Iterator[None]:
    """Tests with transactions of their own empty every table afterwards, those too whose rows nobody may delete.

    The first location, which is made anew then, is number 1 again, as in every new database.
    """
    flush = type(connection.ops).execute_sql_flush
    locations = [{"table": Location._meta.db_table, "column": "id"}]

    def without_guards(operations: Any, statements: list[str]) -> None:
        with transaction.atomic(), guards.lifted():
            flush(operations, [*statements, *operations.sequence_reset_by_name_sql(no_style(), locations)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "execute_sql_flush", without_guards)
        yield


@pytest.fixture(scope="module")
def kept_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What the fixtures of a module write is there for each of its tests, which finds it as it was written."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def migrated(
    tmp_path_factory: pytest.TempPathFactory, django_test_environment: None, django_db_blocker: Any
) -> Iterator[Database]:
    """A migrated database of which others are copies: nobody uses it. All processes of a run have the same one."""
    folder = databases.folder_of_the_run(tmp_path_factory)

    def make() -> Database:
        with django_db_blocker.unblock():
            return databases.migrated(folder)

    with databases.shared(folder / "migrated", make, lambda made: made.drop()) as database:
        yield database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_keepdb: bool, request: pytest.FixtureRequest
) -> Iterator[None]:
    """The test database of each process is a copy: unless it is to be kept, and so may be there."""
    with pytest.MonkeyPatch.context() as patch:
        if not django_db_keepdb:
            template = request.getfixturevalue("migrated")
            patch.setattr(connection.creation, "create_test_db", partial(databases.take_as_test_database, template))
        yield


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory, migrated: Database) -> Iterator[tuple[Database, dict[str, Any]]]:
    """A migrated database with people, of whom `seed` tells, for servers in real time: each is given a copy.

    All processes of a run have the same one.
    """

    def make() -> tuple[Database, dict[str, Any]]:
        database = migrated.copy("seeded")
        try:
            return database, migrate_and_seed(database)
        except BaseException:
            database.drop()
            raise

    file = databases.folder_of_the_run(tmp_path_factory) / "seeded"
    with databases.shared(file, make, lambda made: made[0].drop()) as made:
        yield made


def client_of(user: User) -> APIClient:
    """Somebody signed in; how is not the question."""
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_superuser("reception", password="a-long-password")


@pytest.fixture
def api(user: User) -> APIClient:
    """An integrator with a token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_of(user)}")
    return client
