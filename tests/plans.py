"""What a query reads, told by PostgreSQL: SQLite tells nothing of the kind."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

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
