"""One row into its table, by a statement that is composed once: Django composes it for every row."""

from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model

from common.statements import run


def insert(row: Model) -> None:
    """Store the new ``row`` as ``save(force_insert=True)`` does, and give it its key. No signal is sent."""
    database = connections[DEFAULT_DB_ALIAS]
    statement, fields = _statement(type(row), database.vendor)
    values = [field.get_db_prep_save(field.pre_save(row, True), database) for field in fields]
    [[row.pk]] = run(database, statement, values)
    row._state.adding, row._state.db = False, database.alias


@cache
def _statement(model: type[Model], vendor: str) -> "tuple[str, tuple[Field[Any, Any], ...]]":
    """``INSERT ... RETURNING`` the key, which the database gives, and the fields in its order."""
    meta, quote = model._meta, connection.ops.quote_name
    key = meta.pk
    assert key.db_returning
    fields = tuple(field for field in meta.local_concrete_fields if field is not key)
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join("%s" for _ in fields)
    returning = quote(str(key.column))
    return f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({places}) RETURNING {returning}", fields  # noqa: S608
