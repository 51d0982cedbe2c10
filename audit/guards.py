"""What is written stays: triggers that refuse to change or delete a row, for every role of the database.

Only the owner of the tables can take the triggers away (and the seals then show what was done). On PostgreSQL
`deploy/audit-grants.sql` takes the rights away too. Django knows nothing of triggers: the first migration makes them,
`restore` puts back what is missing after every ``migrate``, and readiness fails without them, as with `NoOverlap`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("audit_auditevent", "audit_auditseal")
REFUSAL = "The audit trail is never changed."

SQLITE = {
    "update": "CREATE TRIGGER {name} BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
    "delete": "CREATE TRIGGER {name} BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
    # INSERT OR REPLACE deletes without asking the trigger above.
    "replace": (
        "CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
        "BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    ),
}
FUNCTION = (
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END$$"
)
POSTGRESQL = {
    "update": (
        "CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    ),
    "truncate": "CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
}


def _wanted(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str, str]]:
    """Table, name and statement of each trigger."""
    statements = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    for table in TABLES:
        for event, statement in statements.items():
            name = f"{table}_no_{event}"
            key = "number" if table == "audit_auditseal" else "id"
            yield table, name, statement.format(name=name, table=table, refusal=REFUSAL, key=key)


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Names of the triggers that the database lacks, holds in another form or has switched off."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            present = set(cursor.fetchall())
            return [name for _, name, statement in _wanted(connection) if (name, statement) not in present]
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgfoid = to_regproc('audit_refuse') AND tgenabled IN ('O', 'A')"
        )
        names = {name for (name,) in cursor.fetchall()}
    return [name for _, name, _ in _wanted(connection) if name not in names]


def restore(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Put back every missing trigger; return their names. Tables that are not there (yet, any more) are left out."""
    connection = connections[using]
    absent = set(missing(using))
    restored = []
    there = connection.introspection.table_names() if absent else []
    with connection.cursor() as cursor:
        if absent and connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for table, name, statement in _wanted(connection):
            if name in absent and table in there:
                cursor.execute(_drop(connection, table, name))
                cursor.execute(statement)
                restored.append(name)
    return restored


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Without the triggers, as only the tables' owner can: to prune what is archived, and to empty a test's table.

    In the caller's transaction, if there is one: nobody else sees the tables without them.
    """
    drop(using)
    try:
        yield
    finally:
        if not connections[using].needs_rollback:
            restore(using)


def drop(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take the triggers away."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table, name, _ in _wanted(connection):
            cursor.execute(_drop(connection, table, name))


def _drop(connection: BaseDatabaseWrapper, table: str, name: str) -> str:
    return f"DROP TRIGGER IF EXISTS {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}")
