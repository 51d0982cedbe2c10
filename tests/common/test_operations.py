"""Steps of migrations."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import OperationalError, connection, models
from django.db.migrations import AddIndex
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from common.operations import AddIndexWhileServing
from tests.factories import book
from tests.faults.waiting import until

INDEX = models.Index("notes", name="tested")
TOUCH = "UPDATE appointments_appointment SET notes = notes WHERE id = %s"


def named(name: str) -> list[str]:
    """The indexes of that name that the database uses."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT 1 FROM pg_index WHERE indisvalid AND indexrelid = to_regclass(%s)", [name])
        else:
            cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = %s", [name])
        return [name for _ in cursor.fetchall()]


@pytest.fixture
def states(transactional_db: None) -> Iterator[tuple[ProjectState, ProjectState]]:
    """The models without and with the index, which is gone afterwards."""
    before = MigrationExecutor(connection).loader.project_state()
    after = before.clone()
    AddIndexWhileServing("appointment", INDEX).state_forwards("appointments", after)
    yield before, after
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS tested")


def test_an_index_is_added_and_taken_back(states: tuple[ProjectState, ProjectState]) -> None:
    before, after = states
    operation = AddIndexWhileServing("appointment", INDEX)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("appointments", editor, before, after)
    assert named("tested") == ["tested"]
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("appointments", editor, after, before)
    assert named("tested") == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite serialises writers by BEGIN IMMEDIATE")
@pytest.mark.parametrize(("operation", "writes"), [(AddIndexWhileServing, True), (AddIndex, False)])
def test_others_write_while_an_index_is_built(
    states: tuple[ProjectState, ProjectState], operation: type[AddIndex], writes: bool
) -> None:
    """It waits for a visit that is being booked; whoever comes after is not kept waiting, as by any other index."""
    first, second = book("2026-03-02 10:00"), book("2026-03-02 11:00")
    with closing(connection.copy()) as booking, closing(connection.copy()) as after, ThreadPoolExecutor(1) as thread:
        booking.set_autocommit(False)
        with booking.cursor() as cursor:
            cursor.execute(TOUCH, [first.pk])
        building = thread.submit(build, operation, *states)
        until(lambda: waiting_for_a_lock() == 1)
        try:
            with after.cursor() as cursor:
                cursor.execute("SET lock_timeout = 200")
                cursor.execute(TOUCH, [second.pk])
            written = True
        except OperationalError:
            written = False
        finally:
            booking.rollback()
        building.result(30)
    assert written is writes
    assert named("tested") == ["tested"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite builds an index whole or not at all")
def test_what_was_left_of_an_index_that_was_cut_short_is_built_anew(states: tuple[ProjectState, ProjectState]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX tested ON appointments_appointment (notes)")
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'tested'::regclass")
    assert named("tested") == []
    build(AddIndexWhileServing, *states)
    assert named("tested") == ["tested"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such limit")
def test_how_long_it_may_wait_for_a_lock_is_as_before(states: tuple[ProjectState, ProjectState]) -> None:
    before = limit()
    with connection.schema_editor(atomic=False) as editor:
        AddIndexWhileServing("appointment", INDEX).database_forwards("appointments", editor, *states)
    assert limit() == before != "0"


def build(operation: type[AddIndex], before: ProjectState, after: ProjectState) -> None:
    try:
        with connection.schema_editor(atomic=False) as editor:
            operation("appointment", INDEX).database_forwards("appointments", editor, before, after)
    finally:
        connection.close()  # the thread's own


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


def waiting_for_a_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])
