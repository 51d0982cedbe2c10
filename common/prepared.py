"""Queries that are compiled once and run often: the same SQL, other values.

Django builds and compiles a query anew each time, which takes several times as long as the database takes to answer a
short one. Where many are asked for every booking, they are prepared: written as usual, compiled at their first use.
"""

import inspect
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BigAutoField, Expression, Lookup, QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.transaction import TransactionManagementError

from common.statements import run


class Given(Expression):
    """The place in a query of a value that is given when it runs. It is never None; a list is of ids."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


@BigAutoField.register_lookup
class Among(Lookup):
    """``pk__among``: one of a list of ids that is given whole, so that the SQL is the same however long it is."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        ids, given = compiler.compile(self.rhs)
        among = "= ANY({}::bigint[])" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each({}))"
        return f"{column} {among.format(ids)}", [*params, *given]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What is left of a queryset when its SQL is known: the statement, and what becomes of a row."""

    sql: str
    params: tuple[Any, ...]
    order: tuple[str, ...]  # of the values that are given, if nothing else is among ``params``
    names: tuple[str, ...]
    fields: tuple[Any, ...]
    converters: Sequence[tuple[int, tuple[Any, Any]]]
    made: Callable[[Sequence[Any]], Any]
    locks: bool

    def run(self, values: dict[str, Any]) -> list[Any]:
        database = connections[DEFAULT_DB_ALIAS]  # not `connection`, which looks for it at every use
        if self.locks and database.get_autocommit():
            raise TransactionManagementError("Rows are locked within a transaction only.")
        return self.found(run(database, self.sql, self.bound(values, database)))

    def bound(self, values: dict[str, Any], database: Any) -> list[Any]:
        adapted = {name: _adapted(value, database) for name, value in values.items()}
        if self.order:  # nothing but values that are given, as always on PostgreSQL
            return [adapted[name] for name in self.order]
        return [adapted[param.name] if isinstance(param, Given) else param for param in self.params]

    def found(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """What becomes of the rows, each of what the database's driver gives."""
        if self.converters:
            rows = map(self._converted, rows)
        return list(rows) if self.made is tuple else [self.made(row) for row in rows]

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, (converters, expression) in self.converters:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return tuple(values)


def _adapted(value: Any, database: Any) -> Any:
    """As the database's driver takes it."""
    if database.vendor == "postgresql":
        return f"{{{','.join(map(str, value))}}}" if isinstance(value, list) else value
    if isinstance(value, list):
        return json.dumps(value)
    if isinstance(value, datetime):
        return database.ops.adapt_datetimefield_value(value)
    return database.ops.adapt_datefield_value(value) if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class Question:
    """A prepared query and the values to run it with: see `common.together.ask`."""

    prepared: "Prepared"
    values: dict[str, Any]


class Prepared:
    """A query that is written once, as a function that makes a queryset of models or of tuples.

    The function is given an expression in place of each value; a list of ids is looked for with ``pk__among``. A call
    runs the query with the values, which are never None, and gives the list of what it finds.

    >>> of_day = Prepared(lambda doctors, day: Visit.objects.filter(doctor__pk__among=doctors, day=day))
    >>> of_day(doctors=[1, 2], day=date(2026, 3, 2))
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._compiled: Compiled | None = None

    def __call__(self, **values: Any) -> list[Any]:
        return self.compiled().run(values)

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

    def of(self, **values: Any) -> Question:
        """The query with these values, to be run together with others."""
        return Question(self, values)

    @property
    def given(self) -> tuple[str, ...]:
        """The names of its values."""
        return tuple(inspect.signature(self._build).parameters)

    def compiled(self) -> Compiled:
        if self._compiled is None:
            self._compiled = self._compile()
        return self._compiled

    def _compile(self) -> Compiled:
        queryset = self._build(**{name: Given(name) for name in self.given})
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = _filled_in(*compiler.as_sql(with_col_aliases=True))
        selected = compiler.select[: compiler.col_count]
        numbers = count(1)
        return Compiled(
            sql,
            params,
            order=tuple(param.name for param in params) if all(isinstance(one, Given) for one in params) else (),
            names=tuple(alias or f"col{next(numbers)}" for *_, alias in selected),
            fields=tuple(column.output_field for column, *_ in selected),
            converters=tuple(compiler.get_converters([column for column, *_ in selected]).items()),
            made=_maker(queryset, compiler),
            locks=queryset.query.select_for_update and connection.features.has_select_for_update,
        )


def _filled_in(sql: str, params: Iterable[Any]) -> tuple[str, tuple[Any, ...]]:
    """On PostgreSQL the values that never change become part of the statement: the planner judges by them."""
    if connection.vendor != "postgresql":
        return sql, tuple(params)
    from psycopg.sql import quote  # noqa: PLC0415 - SQLite is served without it

    first, *rest = sql.split("%s")
    told = [first]
    for param, text in zip(params, rest, strict=True):
        told += ["%s" if isinstance(param, Given) else quote(param).replace("%", "%%"), text]
    return "".join(told), tuple(param for param in params if isinstance(param, Given))


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
