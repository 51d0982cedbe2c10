"""Statements that are sent again and again, with other values.

PostgreSQL parses and plans each once a connection, and is given the values beside it. Django sends what it composes as
one text, which is read and planned anew however often it comes.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import NotSupportedError, OperationalError


def run(database: Any, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of one statement, with ``%s`` for each value.

    Raises OperationalError where the tables have changed under it (a migration, while we serve): the connection is
    closed, as the next one knows nothing of before.
    """
    # Where somebody looks on (DEBUG, tests that count) Django's own cursor is used, which can tell them the values.
    watched = database.queries_logged or database.execute_wrappers
    if database.vendor == "postgresql" and not watched:
        return _run_prepared(database, _numbered(sql), values)
    with database.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()  # type: ignore[no-any-return]  # rows have no type


def _run_prepared(database: Any, sql: bytes, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What Django's cursor does, but for telling others: on one that lets PostgreSQL put the values in."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    try:
        with database.wrap_database_errors:
            rows: list[tuple[Any, ...]] = _cursor(database.connection, sql).execute(sql, values).fetchall()
            return rows
    except NotSupportedError as error:
        if "cached plan" not in str(error):
            raise
        database.connection.close()
        raise OperationalError("A table has changed meanwhile.") from error


def _cursor(connection: Any, sql: bytes) -> Any:
    """The statement's own, as long as the connection lasts: it knows the types of its values and columns already."""
    cursors = vars(connection).setdefault("cursor_of_statement", {})
    if sql not in cursors:
        from psycopg import RawCursor  # noqa: PLC0415 - SQLite is served without it

        cursors[sql] = RawCursor(connection)
    return cursors[sql]


@cache
def _numbered(sql: str) -> bytes:
    """With ``$1``, ``$2`` for the values: psycopg would read a long statement anew each time to put them there."""
    first, *rest = sql.split("%s")
    return "".join([first, *(f"${number}{text}" for number, text in enumerate(rest, 1))]).replace("%%", "%").encode()
