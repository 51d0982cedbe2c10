"""The judge: a database constraint that refuses overlapping stretches of time, on PostgreSQL and on SQLite.

Whatever path a row takes (services, admin, ``bulk_create``, ``QuerySet.update``, raw SQL), two rows with the same key
whose half-open ``[start, end)`` overlap while both meet the condition cannot be stored together.

PostgreSQL: ``EXCLUDE USING gist`` (needs the extension btree_gist). SQLite, which has no such constraint: one trigger
for INSERT and one for UPDATE. Django remakes SQLite tables on many migrations and knows nothing of triggers, so they
are emitted as deferred statements of the table (as ``UniqueConstraint`` does), `restore` puts back what is missing
after every ``migrate``, and `missing` lets readiness fail without them.
"""

from collections.abc import Iterator
from typing import Any, cast

from django.apps import apps
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Columns, Statement, Table
from django.db.models import BaseConstraint, F, Model, Q
from django.db.models.sql import Query

EXCLUDE = (
    "CONSTRAINT %(name)s EXCLUDE USING gist "
    "(%(key)s WITH =, tstzrange(%(start)s, %(end)s, '[)') WITH &&) WHERE (%(condition)s)"
)
# AFTER, so that NEW has its id. The condition names no table: in each subquery it means that subquery's row.
TRIGGER = (
    "CREATE TRIGGER %(trigger)s AFTER %(event)s ON %(table)s "
    "WHEN EXISTS (SELECT 1 FROM %(table)s WHERE %(pk)s = NEW.%(pk)s AND (%(condition)s)) "
    "BEGIN SELECT RAISE(ABORT, %(message)s) WHERE EXISTS (SELECT 1 FROM %(table)s "
    "WHERE %(key)s = NEW.%(key)s AND %(end)s > NEW.%(start)s AND %(start)s < NEW.%(end)s "
    "AND %(pk)s <> NEW.%(pk)s AND (%(condition)s)); END"
)


class NoOverlap(BaseConstraint):
    """No two rows that meet ``condition`` share ``key`` and overlap in ``[start, end)``.

    ``key`` is a foreign key or plain field; rows whose key is NULL never collide. ``start`` and ``end`` are
    ``DateTimeField``s (UTC). The name is what `violated` reports: it is how a service tells whose calendar was full.
    """

    violation_error_message = "This overlaps with another entry."

    def __init__(
        self,
        *,
        name: str,
        key: str,
        condition: Q,
        start: str = "start",
        end: str = "end",
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        self.key, self.start, self.end, self.condition = key, start, end, condition
        super().__init__(
            name=name, violation_error_code=violation_error_code, violation_error_message=violation_error_message
        )

    # --- DDL, called by Django's schema editor ---------------------------------------------------

    # The stubs allow None for both arguments; Django never passes it.

    def constraint_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Any:
        """PostgreSQL: the clause for CREATE TABLE. SQLite: nothing inline; the triggers follow the table."""
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.deferred_sql.extend(self.trigger_statements(model, schema_editor))
            return None
        return EXCLUDE % self._parts(model, schema_editor)

    def create_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            insert, update = self.trigger_statements(model, schema_editor)
            schema_editor.deferred_sql.append(update)
            return insert
        return Statement(
            "ALTER TABLE %(table)s ADD " + EXCLUDE,
            table=Table(model._meta.db_table, schema_editor.quote_name),
            **self._parts(model, schema_editor),
        )

    def remove_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Any:
        if schema_editor.connection.vendor == "sqlite":  # Django remakes the table: the triggers go with the old one
            return None
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=Table(model._meta.db_table, schema_editor.quote_name),
            name=schema_editor.quote_name(self.name),
        )

    def trigger_statements(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> list[Statement]:
        """The two SQLite triggers, as references that follow a rename of the table."""
        parts = self._parts(model, schema_editor)
        table = model._meta.db_table
        return [
            Statement(
                TRIGGER,
                table=Table(table, schema_editor.quote_name),
                trigger=schema_editor.quote_name(f"{self.name}_{event.lower()}"),
                event=event,
                message=schema_editor.quote_value(self.name),
                pk=Columns(table, [cast(str, model._meta.pk.column)], schema_editor.quote_name),
                **{part: sql for part, sql in parts.items() if part != "name"},
            )
            for event in ("INSERT", "UPDATE")
        ]

    def _parts(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> dict[str, str]:
        def column(field: str) -> str:
            return schema_editor.quote_name(cast(Any, model._meta.get_field(field)).column)

        query = Query(model, alias_cols=False)
        compiler = query.get_compiler(connection=schema_editor.connection)
        condition, params = query.build_where(self.condition).as_sql(compiler, schema_editor.connection)
        return {
            "name": schema_editor.quote_name(self.name),
            "key": column(self.key),
            "start": column(self.start),
            "end": column(self.end),
            "condition": condition % tuple(schema_editor.quote_value(p) for p in params),
        }

    # --- Django's other questions to a constraint ------------------------------------------------

    def validate(
        self,
        model: type[Model],
        instance: Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Refuse ``instance`` in ``full_clean`` (forms). A courtesy: only the database decides under concurrency."""
        if exclude and {self.key, self.start, self.end} & set(exclude):
            return
        key, start, end = (getattr(instance, name) for name in (self.key, self.start, self.end))
        if key is None or start is None or end is None:
            return
        against = {field.name: getattr(instance, field.attname) for field in model._meta.concrete_fields}
        if not self.condition.check(against, using=using):
            return
        others = model._default_manager.using(using).filter(
            self.condition, **{self.key: key, f"{self.start}__lt": end, f"{self.end}__gt": start}
        )
        if others.exclude(pk=instance.pk).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def _check(self, model: Any, connection: BaseDatabaseWrapper) -> Any:
        references = {ref for name in (self.key, self.start, self.end) for ref in model._get_expr_references(F(name))}
        references.update(model._get_expr_references(self.condition))
        return self._check_references(model, references)  # type: ignore[attr-defined]  # Django's own, not in the stubs

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"key": self.key, "condition": self.condition}
        if (self.start, self.end) != ("start", "end"):
            kwargs |= {"start": self.start, "end": self.end}
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        if isinstance(other, NoOverlap):
            return self.deconstruct() == other.deconstruct()
        return NotImplemented

    __hash__ = BaseConstraint.__hash__

    def __repr__(self) -> str:
        return f"<NoOverlap: name={self.name!r} key={self.key!r} [{self.start}, {self.end}) {self.condition}>"


def violated(error: IntegrityError) -> str:
    """The name of the constraint that ``error`` broke, or "" if the driver does not say.

    SQLite names a unique constraint by its columns, ``table.column``. Never show the driver's own text to anybody:
    PostgreSQL's DETAIL holds another patient's data.
    """
    cause = error.__cause__
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name or ""
    return str(cause or error).removeprefix("UNIQUE constraint failed: ").removeprefix("CHECK constraint failed: ")


# --- Are the guards in place? ------------------------------------------------------------------------


def guards(of: Apps = apps) -> Iterator[tuple[type[Model], NoOverlap]]:
    """Every NoOverlap that the models of an app registry declare, with its model."""
    for model in of.get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, NoOverlap):
                yield model, constraint


def missing(using: str = DEFAULT_DB_ALIAS, of: Apps = apps) -> list[str]:
    """Names of the guards (on SQLite: of their triggers) that the database lacks or holds in another form."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
            present = {sql for (sql,) in cursor.fetchall()}
            return [name for name, statement in _wanted_triggers(connection, of) if str(statement) not in present]
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'x' AND convalidated")
        present = {name for (name,) in cursor.fetchall()}
        return [constraint.name for _, constraint in guards(of) if constraint.name not in present]


def restore(using: str = DEFAULT_DB_ALIAS, of: Apps = apps) -> list[str]:
    """Put back every missing guard; return their names.

    ``of`` is the registry whose tables exist: in the middle of a migration, the state's. On PostgreSQL this fails
    loudly if the data already overlaps; on SQLite a trigger judges only what is written from then on.
    """
    absent = missing(using, of)
    if not absent:
        return []
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name, statement in _wanted_triggers(connection, of):
                if name in absent:
                    quoted = connection.ops.quote_name(name)
                    cursor.execute(f"DROP TRIGGER IF EXISTS {quoted}")  # allowed: sql-text - a trigger's name
                    cursor.execute(str(statement))
    else:
        with connection.schema_editor() as editor:
            for model, constraint in guards(of):
                if constraint.name in absent:
                    editor.add_constraint(model, constraint)
    return absent


def _wanted_triggers(connection: BaseDatabaseWrapper, of: Apps) -> list[tuple[str, Statement]]:
    editor = connection.SchemaEditorClass(connection, collect_sql=True)  # only to quote: never entered
    return [
        (cast(str, statement.parts["trigger"]).strip('"'), statement)
        for model, constraint in guards(of)
        for statement in constraint.trigger_statements(model, editor)
    ]
