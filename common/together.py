"""Several prepared queries in one statement: a round trip costs the database and us more than a short answer does."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKey,
    IntegerField,
    JSONField,
    TextField,
    TimeField,
)
from django.db.models.fields import AutoFieldMixin

from common.prepared import Compiled, Prepared, Question
from common.statements import run

# For places of a row, what makes of JSON's value what the driver would have given.
Readers = tuple[tuple[int, Callable[[str], Any]], ...]
# What PostgreSQL writes into JSON as a text; SQLite keeps them as texts anyway, which Django reads.
WRITTEN: dict[type[Any], Callable[[str], Any]] = {
    DateTimeField: datetime.fromisoformat,
    DateField: date.fromisoformat,
    TimeField: time.fromisoformat,
    JSONField: json.dumps,  # Django reads it from a text
}
AS_THEY_ARE = (IntegerField, AutoFieldMixin, CharField, TextField, BooleanField, ForeignKey)
# How each database writes a row, and all rows, as JSON.
ARRAYS = {"postgresql": ("json_build_array", "json_agg"), "sqlite": ("json_array", "json_group_array")}


def ask(*questions: Question) -> list[list[Any]]:
    """What each of the questions finds, in their order, as of one moment. None of them may lock.

    Where a query alone gives tuples, these may be lists.

    >>> weeks, closures = ask(HOURS.of(doctors=[1, 2]), CLOSURES.of(day=date(2026, 3, 2)))
    """
    database = connections[DEFAULT_DB_ALIAS]
    statement, parts = _statement(tuple(question.prepared for question in questions), database.vendor)
    values = [
        value
        for (compiled, _), question in zip(parts, questions, strict=True)
        for value in compiled.bound(question.values, database)
    ]
    [answers] = run(database, statement, values)
    return [compiled.found(_read(answer, readers)) for (compiled, readers), answer in zip(parts, answers, strict=True)]


@cache
def _statement(queries: tuple[Prepared, ...], vendor: str) -> tuple[str, list[tuple[Compiled, Readers]]]:
    array, gathered = ARRAYS[vendor]
    compiled = [query.compiled() for query in queries]
    assert not any(one.locks for one in compiled)  # they would wait after they have looked
    quote = connection.ops.quote_name
    selects = (
        f"(SELECT {gathered}({array}({', '.join(map(quote, one.names))})) FROM ({one.sql}) found)"  # noqa: S608
        for one in compiled
    )
    return f"SELECT {', '.join(selects)}", [(one, _readers(one.fields, vendor)) for one in compiled]


def _readers(fields: Iterable[Any], vendor: str) -> Readers:
    if vendor != "postgresql":
        return ()
    found = []
    for place, field in enumerate(fields):
        kind = next((kind for kind in WRITTEN if isinstance(field, kind)), None)
        assert kind or isinstance(field, AS_THEY_ARE), field
        if kind:
            found.append((place, WRITTEN[kind]))
    return tuple(found)


def _read(answer: Any, readers: Readers) -> list[list[Any]]:
    """The rows of an answer: JSON, of which psycopg has made lists already."""
    rows: list[list[Any]] = (json.loads(answer) if isinstance(answer, str) else answer) or []
    for place, read in readers:
        for row in rows:
            if row[place] is not None:
                row[place] = read(row[place])
    return rows
