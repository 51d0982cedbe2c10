"""What a query reads, as the database tells it: PostgreSQL how many rows, and both of them in which way."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment
from audit.models import AuditEvent
from patients.models import Patient

told_by_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's way depends on its statistics")
GROWING = [model._meta.db_table for model in (Patient, Appointment, AuditEvent)]
tells = pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL tells what it has read")


def rows_read(sql: str, table: str) -> int:
    """The rows of ``table`` that the query looks at, with those that it drops. The statistics should be fresh."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT json) {sql}")
        plan: dict[str, Any] = json.loads(json.dumps(cursor.fetchone()[0]))[0]["Plan"]
    return sum(
        node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
        for node in _nodes(plan)
        if node.get("Relation Name") == table
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def asked_for(client: Any, url: str) -> list[str]:
    """What is read from the database for a request, which is answered."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]


def whole_tables(client: Any, url: str) -> set[str]:
    """Which of the growing tables the request goes through."""
    queries = asked_for(client, url)
    return {table for sql in queries for table in GROWING if table in sql and read_whole(sql, table)}


def read_whole(sql: str, table: str) -> bool:
    """Whether the query cannot be answered without going through all of ``table``, or through an index of all of it.

    Going along an index until there are enough rows for a page is not that; sorting all of them for it is.
    """
    return (_scanned if connection.vendor == "sqlite" else _scanned_at_any_cost)(sql, table)


def sorted_for_a_page(sql: str) -> bool:
    """Whether SQLite brings rows together to sort them, of which the query then gives some."""
    return " LIMIT " in sql and "USE TEMP B-TREE FOR ORDER BY" in _steps(sql)


def _steps(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}".replace("%", "%%"))
        return [row[3] for row in cursor.fetchall()]


def gone_through(sql: str, table: str) -> bool:
    """Whether SQLite reads ``table`` row by row, if only until there are enough: what finds nothing reads it whole.

    An index of some rows alone holds what the query asks for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%% WHERE %%'")
        of_some = {name for (name,) in cursor.fetchall()}
    names = {table, *re.findall(rf'"{table}" (\w+)', sql)}  # as it is called in the query
    scans = [step.split() for step in _steps(sql) if step.startswith("SCAN ")]
    return any(scan[1] in names and scan[-1] not in of_some for scan in scans)


def _scanned(sql: str, table: str) -> bool:
    return gone_through(sql, table) and (" LIMIT " not in sql or sorted_for_a_page(sql))


def _scanned_at_any_cost(sql: str, table: str) -> bool:
    """PostgreSQL reads a few rows whole, unless that is made to seem dear: with and without sorting them."""
    dear = ["seqscan", "hashjoin", "mergejoin", "material", "hashagg"]
    return all(_gathers(_plan(sql, without), table) for without in (dear, [*dear, "sort"]))


def _plan(sql: str, without: list[str]) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("".join(f"SET LOCAL enable_{way} = off;" for way in without))
        cursor.execute(f"EXPLAIN (FORMAT json) {sql}".replace("%", "%%"))
        plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
        cursor.execute("".join(f"SET LOCAL enable_{way} = on;" for way in without))
    return plan


def _gathers(node: dict[str, Any], table: str, *, limited: bool = False) -> bool:
    """Whether all rows of the table come together, with no limit above that would stop before."""
    if node.get("Relation Name") == table and "Scan" in node["Node Type"] and not limited:
        return "Index Cond" not in node
    if node["Node Type"] == "Limit":
        limited = True
    elif node["Node Type"] in ("Sort", "Hash", "Aggregate", "Materialize"):
        limited = False
    return any(_gathers(below, table, limited=limited) for below in node.get("Plans", ()))
