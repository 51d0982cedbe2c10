"""How many rows a list has, at a cost that does not grow with the table."""

import json
from typing import Any

from django.db import connections
from django.db.models import QuerySet

EXACT_UP_TO = 10_000


def count(rows: QuerySet[Any]) -> int:
    """The number of ``rows``: exact up to 10,000; beyond, what PostgreSQL's planner expects, and never less than that.

    One query, and for a large list a second one that reads no rows. SQLite keeps no statistics to ask: it counts.
    """
    counted = rows.order_by().select_related(None)  # nor joined for what a page shows of others
    few = counted[: EXACT_UP_TO + 1].count()
    if few <= EXACT_UP_TO:
        return few
    if connections[rows.db].vendor != "postgresql":
        return counted.count()
    [plan] = json.loads(counted.values("pk").explain(format="json"))
    return max(few, int(plan["Plan"]["Plan Rows"]))


def is_exact(number: int) -> bool:
    """Whether a result of `count` can be relied upon on every database."""
    return number <= EXACT_UP_TO
