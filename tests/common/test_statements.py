"""Statements that are sent often: on PostgreSQL prepared once a connection."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.utils import NotSupportedError

from common.prepared import Prepared
from common.statements import run
from doctors.models import Doctor
from tests.factories import make_doctor

if connection.vendor == "postgresql":
    from psycopg import RawCursor

    from common.postgres import Connection

postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite prepares by itself")


def prepared() -> list[tuple[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return cursor.fetchall()


@postgresql
@pytest.mark.django_db
def test_a_statement_is_prepared_at_its_first_use_and_run_with_other_values_after_it() -> None:
    statement = "SELECT %s + 1 AS tested"
    assert [run(connection, statement, [number]) for number in (1, 2)] == [[(2,)], [(3,)]]
    assert [text for (text,) in prepared() if "tested" in text] == ["SELECT $1 + 1 AS tested"]


@postgresql
@pytest.mark.django_db
def test_a_rollback_takes_nothing_back_of_what_is_prepared() -> None:
    """Every refusal is rolled back. This is the connection that a server's pool makes; the tests have none."""
    statement = "SELECT $1 + 2 AS kept"
    with Connection.connect(**connection.get_connection_params()) as served:
        for number in (1, 2):
            assert RawCursor(served).execute(statement, [number]).fetchone() == (number + 2,)
            served.rollback()
        asked = served.cursor().execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", [statement])
        assert asked.fetchone() == (1,)


@postgresql
@pytest.mark.django_db
def test_a_statement_is_prepared_once_however_large_its_numbers_are() -> None:
    statement = "SELECT $1 + 3 AS sized"
    with Connection.connect(**connection.get_connection_params()) as served:
        for number in (7, 70_000, 7_000_000_000):
            assert RawCursor(served).execute(statement, [number]).fetchone() == (number + 3,)
        asked = served.cursor().execute("SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", [statement])
        assert asked.fetchone() == (1,)


@postgresql
@pytest.mark.django_db
def test_who_looks_on_is_shown_each_statement() -> None:
    seen = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        assert run(connection, "SELECT %s + 4", [1]) == [(5,)]
    assert seen == [("SELECT %s + 4", [1])]


@postgresql
@pytest.mark.django_db
def test_values_that_never_change_are_part_of_the_statement() -> None:
    doctor = make_doctor(full_name="100 % Dr O'Brien")
    named = Prepared(lambda pk: Doctor.objects.filter(pk=pk, full_name="100 % Dr O'Brien"))
    assert named(pk=doctor.pk) == [doctor]
    assert [text for (text,) in prepared() if "full_name\" = '100 % Dr O''Brien'" in text]


@pytest.fixture
def table(transactional_db: None) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE tested (name varchar(10))")
        cursor.execute("INSERT INTO tested VALUES ('before')")
    yield "tested"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE tested")


@postgresql
def test_a_migration_while_we_serve_costs_one_answer_and_no_more(table: str) -> None:
    """As where the database is away: 503, and the next request finds everything in order."""
    assert run(connection, "SELECT name FROM tested", []) == [("before",)]
    somebody_else = connection.copy()
    with closing(somebody_else), somebody_else.cursor() as cursor:
        cursor.execute("ALTER TABLE tested ALTER name TYPE varchar(20)")
    with pytest.raises(OperationalError, match=r"^A table has changed meanwhile\.$"), transaction.atomic():
        run(connection, "SELECT name FROM tested", [])
    assert run(connection, "SELECT name FROM tested", []) == [("before",)]


@postgresql
@pytest.mark.django_db
def test_what_postgresql_does_not_do_is_said_as_it_is() -> None:
    with pytest.raises(NotSupportedError, match="FOR UPDATE is not allowed"), transaction.atomic():
        run(connection, "SELECT count(*) FROM doctors_doctor FOR UPDATE", [])
