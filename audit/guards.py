"""What is written stays: triggers that refuse to change or delete a row, for every role of the database.

Only the owner of the tables can take the triggers away (and the seals then show what was done). On PostgreSQL
`deploy/audit-grants.sql` takes the rights away too.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections

from common.triggers import Trigger, Triggers

KEYS = {"audit_auditevent": "id", "audit_auditseal": "number"}
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


def _of_each_table(statements: dict[str, str]) -> list[Trigger]:
    return [
        Trigger(table, name, statement.format(name=name, table=table, refusal=REFUSAL, key=key))
        for table, key in KEYS.items()
        for event, statement in statements.items()
        for name in [f"{table}_no_{event}"]
    ]


TRIGGERS = Triggers(
    sqlite=_of_each_table(SQLITE), postgresql=_of_each_table(POSTGRESQL), functions={"audit_refuse": FUNCTION}
)


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Names of the triggers that the database lacks, holds in another form or has switched off."""
    return TRIGGERS.missing(using)


def restore(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Put back every missing trigger; return their names. Tables that are not there (yet, any more) are left out."""
    return TRIGGERS.restore(using)


def drop(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take the triggers away."""
    TRIGGERS.drop(using)


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
