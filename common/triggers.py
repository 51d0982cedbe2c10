"""Triggers that the tables rely on: Django knows nothing of them.

A migration makes them, `Triggers.restore` puts back what is missing after every ``migrate`` (Django remakes SQLite's
tables and loses them), and readiness fails without them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class Trigger(NamedTuple):
    table: str
    name: str
    statement: str  # that makes it
    writes: str = ""  # the other table that it writes to, if it does


@dataclass(frozen=True, slots=True)
class Triggers:
    """Those of each database engine; ``functions`` are what PostgreSQL's run, by name, as they are made."""

    sqlite: Sequence[Trigger]
    postgresql: Sequence[Trigger]
    functions: Mapping[str, str]

    def missing(self, using: str = DEFAULT_DB_ALIAS) -> list[str]:
        """Names of the triggers that the database lacks, holds in another form or has switched off."""
        connection = connections[using]
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                present = set(cursor.fetchall())
                return [one.name for one in self.sqlite if (one.name, one.statement) not in present]
            cursor.execute(
                "SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
                "WHERE proname = ANY(%s) AND tgenabled IN ('O', 'A')",
                [list(self.functions)],
            )
            names = {name for (name,) in cursor.fetchall()}
        return [one.name for one in self.postgresql if one.name not in names]

    def restore(self, using: str = DEFAULT_DB_ALIAS) -> list[str]:
        """Put back every missing one; return their names. Tables that are not there (yet, any more) are left out."""
        connection = connections[using]
        absent = set(self.missing(using))
        restored = []
        there = set(connection.introspection.table_names()) if absent else set()
        with connection.cursor() as cursor:
            if absent and connection.vendor == "postgresql":
                for function in self.functions.values():
                    cursor.execute(function)
            for trigger in self._of(connection):
                if trigger.name in absent and {trigger.table, trigger.writes or trigger.table} <= there:
                    cursor.execute(_drop(connection, trigger))
                    cursor.execute(trigger.statement)
                    restored.append(trigger.name)
        return restored

    def drop(self, using: str = DEFAULT_DB_ALIAS) -> None:
        """Take them away."""
        connection = connections[using]
        with connection.cursor() as cursor:
            for trigger in self._of(connection):
                cursor.execute(_drop(connection, trigger))

    def _of(self, connection: BaseDatabaseWrapper) -> Sequence[Trigger]:
        return self.sqlite if connection.vendor == "sqlite" else self.postgresql


def _drop(connection: BaseDatabaseWrapper, trigger: Trigger) -> str:
    where = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
    return f"DROP TRIGGER IF EXISTS {trigger.name}{where}"
