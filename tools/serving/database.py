"""A database of one's own for a server under test, read from outside with plain SQL, past all of the system's code."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

GUARDED = "appointments_appointment"


class Database(Protocol):
    """``url`` is what DATABASE_URL shall be."""

    url: str

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The result of a query, whose parameters are written ``?``."""
        ...

    def execute(self, statement: str) -> None:
        """Change something, past the system."""
        ...

    def copy(self, name: str) -> "Database":
        """Another database with the same content. Nobody may be connected to this one."""
        ...

    def drop_guards(self) -> None:
        """Remove every NoOverlap from the appointments: what the database itself says no with."""
        ...

    def deadlocks(self) -> int:
        """How many there have been. PostgreSQL counts them for certain once everybody has disconnected."""
        ...

    def drop(self) -> None: ...


def existing(url: str) -> "Database":
    """The database that is at ``url`` already."""
    if url.startswith("sqlite:"):
        return SqliteFile(Path(url.removeprefix("sqlite:///")))
    return PostgresDatabase(url, urlsplit(url).path.removeprefix("/"), template=None)


class SqliteFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(query, values).fetchall()

    def execute(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute(statement)
            connection.commit()

    def copy(self, name: str) -> "SqliteFile":
        target = SqliteFile(self.path.with_name(f"{name}.sqlite3"))
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(target.path)) as copy:
            source.backup(copy)
        return target

    def drop_guards(self) -> None:
        guards = self.rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", GUARDED)
        assert guards, "There were no guards to drop."
        with closing(sqlite3.connect(self.path)) as connection:
            for (name,) in guards:
                connection.execute(f'DROP TRIGGER "{name}"')

    def deadlocks(self) -> int:
        return 0  # SQLite has a single writer

    def drop(self) -> None:
        pass  # the file goes with pytest's temporary directory


class PostgresDatabase:
    """``server`` is the URL of any database on the server: it is only connected to. ``template`` None: it is there."""

    def __init__(self, server: str, name: str, template: str | None = "template0") -> None:
        self.server, self.name = server, name
        self.url = urlsplit(server)._replace(path=f"/{name}").geturl()
        if template:
            self._manage("CREATE DATABASE {} TEMPLATE {}", name, template)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.replace("?", "%s"), values).fetchall()

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement.encode())

    def copy(self, name: str) -> "PostgresDatabase":
        return PostgresDatabase(self.server, f"{self.name}_{name}", template=self.name)

    def drop_guards(self) -> None:
        guards = self.rows("SELECT conname FROM pg_constraint WHERE contype = 'x' AND conrelid = ?::regclass", GUARDED)
        assert guards, "There were no guards to drop."
        with psycopg.connect(self.url) as connection:
            for (name,) in guards:
                drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
                connection.execute(drop.format(sql.Identifier(GUARDED), sql.Identifier(name)))

    def deadlocks(self) -> int:
        [(count,)] = self.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(count)

    def drop(self) -> None:
        self._manage("DROP DATABASE {} WITH (FORCE)", self.name)

    def _manage(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
