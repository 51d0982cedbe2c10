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
    prepared = database.vendor == "postgresql" and not database.queries_logged
    with _raw_cursor(database) if prepared else database.cursor() as cursor:
        try:
            cursor.execute(_numbered(sql) if prepared else sql, values)
        except NotSupportedError as error:
            if "cached plan" not in str(error):
                raise
            database.connection.close()
            raise OperationalError("A table has changed meanwhile.") from error
        return cursor.fetchall()  # type: ignore[no-any-return]


@cache
def _numbered(sql: str) -> str:
    """With ``$1``, ``$2`` for the values: psycopg would read a long statement anew each time to put them there."""
    first, *rest = sql.split("%s")
    return "".join([first, *(f"${number}{text}" for number, text in enumerate(rest, 1))]).replace("%%", "%")


def _raw_cursor(database: Any) -> Any:
    """What ``database.cursor()`` does, with a cursor that lets PostgreSQL put the values in.

    Where statements are logged (DEBUG, tests that count them) Django's own is used: it can tell the values.
    """
    from psycopg import RawCursor  # noqa: PLC0415 - SQLite is served without it

    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        return database._prepare_cursor(RawCursor(database.connection))
