"""One row into its table, by a statement that is composed once: Django composes it for every row."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    Model,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    SmallIntegerField,
    TextField,
)

from common.statements import run

PLAIN = frozenset(
    {
        BooleanField,
        CharField,
        DateTimeField,
        ForeignKey,
        PositiveIntegerField,
        PositiveSmallIntegerField,
        SmallIntegerField,
        TextField,
    }
)


def insert(row: Model) -> None:
    """Store the new ``row`` as ``save(force_insert=True)`` does, and give it its key. No signal is sent."""
    database = connections[DEFAULT_DB_ALIAS]
    statement, values_of = _statement(type(row), database.vendor)
    [[row.pk]] = run(database, statement, values_of(row, database))
    row._state.adding, row._state.db = False, database.alias


@cache
def _statement(model: type[Model], vendor: str) -> tuple[str, Callable[[Model, Any], list[Any]]]:
    """``INSERT ... RETURNING`` the key, which the database gives, and what makes its values of a row."""
    meta, quote = model._meta, connection.ops.quote_name
    key = meta.pk
    assert key.db_returning
    fields = tuple(field for field in meta.local_concrete_fields if field is not key)
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join("%s" for _ in fields)
    returning = quote(str(key.column))
    statement = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({places}) RETURNING {returning}"  # noqa: S608
    return statement, _values_of(fields, vendor)


def _values_of(fields: "tuple[Field[Any, Any], ...]", vendor: str) -> Callable[[Model, Any], list[Any]]:
    said = attrgetter(*(field.attname for field in fields))
    made = [(place, field) for place, field in enumerate(fields) if not _is_stored_as_it_is(field, vendor)]

    def values_of(row: Model, database: Any) -> list[Any]:
        values = list(said(row))
        for place, field in made:
            values[place] = field.get_db_prep_save(field.pre_save(row, True), database)
        return values

    return values_of


def _is_stored_as_it_is(field: "Field[Any, Any]", vendor: str) -> bool:
    """Whether PostgreSQL's driver takes what the row says: of dozens of values, only a few have to be made."""
    by_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False) or field.has_db_default()
    return vendor == "postgresql" and type(field) in PLAIN and not by_itself
