"""Steps of migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, BtreeGistExtension, TrigramExtension
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex
from django.db.migrations.operations.base import Operation


class BtreeGist(BtreeGistExtension):
    """Lets exclusion constraints on PostgreSQL compare ids; nothing happens on SQLite, nor on the way back."""

    def database_backwards(self, *args: Any) -> None:
        """Others may use the extension, and Django's own step asks SQLite for PostgreSQL's catalogue."""


class Trigrams(TrigramExtension):
    """Lets PostgreSQL find a part of a text by an index; nothing happens on SQLite, nor on the way back."""

    def database_backwards(self, *args: Any) -> None:
        """As above."""


class AddTrigramIndex(Operation):
    """An index on PostgreSQL for ``column LIKE '%part%'``. SQLite has none: one practice's names are read through.

    Not in ``Meta.indexes``: SQLite could not make it there.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, column: str, name: str) -> None:
        self.model_name, self.column, self.name = model_name, column, name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models know nothing of it."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        # Without a list of what is still to be sorted in: a search then never has to read through that.
        index = f"CREATE INDEX {self.name} ON {table} USING gin ({self.column} gin_trgm_ops) WITH (fastupdate = off)"
        self._run(schema_editor, index)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self._run(schema_editor, f"DROP INDEX IF EXISTS {self.name}")

    def _run(self, schema_editor: BaseDatabaseSchemaEditor, statement: str) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Find parts of {self.model_name}.{self.column} by the index {self.name}"


class AddIndexWhileServing(AddIndexConcurrently):
    """An index of a table that may be large: on PostgreSQL people book while it is built. Its migration is not atomic.

    What a run that was cut short has left of it is dropped before it begins anew. SQLite builds it as any other.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
            return
        with _waiting_for_others(schema_editor):
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)
            return
        with _waiting_for_others(schema_editor):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


@contextmanager
def _waiting_for_others(schema_editor: BaseDatabaseSchemaEditor) -> Iterator[None]:
    """Each transaction that has begun before is waited for, however long it takes: nobody has to wait behind this."""
    schema_editor.execute("SET lock_timeout = 0")
    try:
        yield
    finally:
        schema_editor.execute("RESET lock_timeout")
