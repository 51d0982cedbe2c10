"""What is written past the system, by plain SQL, as a careless program would."""

import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import psycopg

# Locked, full, or away: then it was not the guards that refused.
FAILED = (sqlite3.OperationalError, psycopg.OperationalError)


def stored_twice(url: str, visit: int) -> bool:
    """Whether the database takes a copy of a visit that takes time; it is locked meanwhile, so that it stays so."""
    table = "appointments_appointment"
    blocking = f"id = {visit} AND status NOT IN ('cancelled', 'no_show')"
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(urlsplit(url).path[1:], timeout=30, isolation_level=None)) as file:
            names = [f'"{name}"' for _, name, *_ in file.execute(f"PRAGMA table_info({table})") if name != "id"]
            file.execute("BEGIN IMMEDIATE")
            try:
                columns = ", ".join(names)
                rows = file.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE {blocking}")
                file.execute("COMMIT")
            except sqlite3.IntegrityError:
                return False
            return rows.rowcount > 0
    with psycopg.connect(url) as server:
        found = server.execute(f"SELECT * FROM {table} WHERE {blocking} FOR UPDATE".encode())
        if found.fetchone() is None or found.description is None:
            return False
        columns = ", ".join(f'"{column.name}"' for column in found.description if column.name != "id")
        try:
            server.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = {visit}".encode())
        except psycopg.errors.IntegrityError:
            return False
    return True
