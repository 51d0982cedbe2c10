"""Statements that are sent again and again, with other values.

PostgreSQL parses and plans each once a connection, and is given the values beside it. Django sends what it composes as
one text, which is read and planned anew however often it comes.
"""

from collections.abc import Sequence
from typing import Any

from django.db import NotSupportedError, OperationalError


def run(database: Any, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of one statement, with ``%s`` for each value.

    Raises OperationalError where the tables have changed under it (a migration, while we serve): the connection is
    closed, as the next one knows nothing of before.
    """
    with _cursor(database) as cursor:
        try:
            cursor.execute(sql, values)
        except NotSupportedError as error:
            if "cached plan" not in str(error):
                raise
            database.connection.close()
            raise OperationalError("A table has changed meanwhile.") from error
        return cursor.fetchall()  # type: ignore[no-any-return]


def _cursor(database: Any) -> Any:
    """What ``database.cursor()`` does; on PostgreSQL with a cursor that lets the server put the values in.

    Where statements are logged (DEBUG, tests that count them) Django's own, which can tell the values.
    """
    if database.vendor != "postgresql" or database.queries_logged:
        return database.cursor()
    from django.db.backends.postgresql.base import ServerBindingCursor  # noqa: PLC0415 - SQLite is served without it

    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors:
        return database._prepare_cursor(ServerBindingCursor(database.connection))  # type: ignore[call-arg]  # the stubs know no constructor
