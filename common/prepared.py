"""Queries that are compiled once and run often: the same SQL, other values.

Django builds and compiles a query anew each time, which takes several times as long as the database takes to answer a
short one. Where many are asked for every booking, they are prepared: written as usual, compiled at their first use.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BigAutoField, Expression, Lookup, QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.transaction import TransactionManagementError


class Given(Expression):
    """The place in a query of a value that is given when it runs. It is never None."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def of(self, values: dict[str, Any], database: Any) -> Any:
        value = values[self.name]
        if isinstance(value, list):
            return value if database.vendor == "postgresql" else json.dumps(value)
        if isinstance(value, datetime):
            return database.ops.adapt_datetimefield_value(value)
        if isinstance(value, date):
            return database.ops.adapt_datefield_value(value)
        return value


@BigAutoField.register_lookup
class Among(Lookup):
    """``pk__among``: one of a list of ids that is given whole, so that the SQL is the same however long it is."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        ids, given = compiler.compile(self.rhs)
        among = "= ANY({})" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each({}))"
        return f"{column} {among.format(ids)}", [*params, *given]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What is left of a queryset when its SQL is known: the statement, and what becomes of a row."""

    sql: str
    params: tuple[Any, ...]
    converters: Sequence[tuple[int, tuple[Any, Any]]]
    made: Callable[[Sequence[Any]], Any]
    locks: bool

    def run(self, values: dict[str, Any]) -> list[Any]:
        database = connections[DEFAULT_DB_ALIAS]  # not `connection`, which looks for it at every use
        if self.locks and database.get_autocommit():
            raise TransactionManagementError("Rows are locked within a transaction only.")
        bound = [param.of(values, database) if isinstance(param, Given) else param for param in self.params]
        with database.cursor() as cursor:
            cursor.execute(self.sql, bound)
            rows: Iterable[Sequence[Any]] = cursor.fetchall()
        if self.converters:
            rows = map(self._converted, rows)
        return list(rows) if self.made is tuple else [self.made(row) for row in rows]

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, (converters, expression) in self.converters:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return tuple(values)


class Prepared:
    """A query that is written once, as a function that makes a queryset of models or of tuples.

    The function is given an expression in place of each value; a list of ids is looked for with ``pk__among``. A call
    runs the query with the values, which are never None, and gives the list of what it finds.

    >>> of_day = Prepared(lambda doctors, day: Visit.objects.filter(doctor__pk__among=doctors, day=day))
    >>> of_day(doctors=[1, 2], day=date(2026, 3, 2))
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._compiled: _Compiled | None = None

    def __call__(self, **values: Any) -> list[Any]:
        if self._compiled is None:
            self._compiled = self._compile(values)
        return self._compiled.run(values)

    def first(self, **values: Any) -> Any:
        """The first that is found, or None. The query should ask for no more."""
        found = self(**values)
        return found[0] if found else None

    def one(self, **values: Any) -> Any:
        """The first that is found. Raises the model's DoesNotExist."""
        found = self(**values)
        if not found:
            raise self._build(**values).model.DoesNotExist
        return found[0]

    def _compile(self, names: Iterable[str]) -> _Compiled:
        queryset = self._build(**{name: Given(name) for name in names})
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        converters = tuple(compiler.get_converters(columns).items())
        locks = queryset.query.select_for_update and connection.features.has_select_for_update
        return _Compiled(sql, tuple(params), converters, _maker(queryset, compiler), locks)


def _maker(queryset: QuerySet[Any, Any], compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """What Django's own iterables do with a row, for models (with what is selected beside them) and for tuples."""
    if queryset._iterable_class is not ModelIterable:
        return tuple
    assert not compiler.annotation_col_map  # nobody has needed them
    model, fields = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    first, last = fields[0], fields[-1] + 1
    names = [column.target.attname for column, *_ in compiler.select[first:last]]
    beside = get_related_populators(compiler.klass_info, compiler.select, queryset.db)  # type: ignore[call-arg]  # the stubs are ahead

    def made(row: Sequence[Any]) -> Any:
        found = model.from_db(queryset.db, names, row[first:last])
        for populator in beside:
            populator.populate(row, found)
        return found

    return made
