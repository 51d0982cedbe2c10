"""How many rows a list has, at a cost that does not grow with the table."""

import json
from typing import Any

from django.db import connections
from django.db.models import QuerySet

EXACT_UP_TO = 10_000
NOTHING = {"Total Cost": 0, "Plan Rows": 0}
LONG = 100_000  # in the planner's units: about as many pages, which it reads in a second or two


def count(rows: QuerySet[Any]) -> int:
    """The number of ``rows``: exact up to 10,000; beyond, what PostgreSQL's planner expects, and never less than that.

    One query, and for a large list a second one that reads no rows. SQLite keeps no statistics to ask: it counts.
    Of rows that are chosen by what belongs to them (the name of a visit's patient, which many have) no index tells when
    there are no more of them: where looking for 10,000 would take long, they are estimated at once.
    """
    counted = rows.order_by().select_related(None)  # nor joined for what a page shows of others
    if connections[rows.db].vendor != "postgresql":
        few = counted[: EXACT_UP_TO + 1].count()
        return few if few <= EXACT_UP_TO else counted.count()
    if _joins(counted) and _plan(counted.values("pk")[: EXACT_UP_TO + 1])["Total Cost"] > LONG:
        few = EXACT_UP_TO + 1
    else:
        few = counted[: EXACT_UP_TO + 1].count()
    return few if few <= EXACT_UP_TO else max(few, int(_plan(counted.values("pk"))["Plan Rows"]))


def _joins(rows: QuerySet[Any]) -> bool:
    return sum(count > 0 for count in rows.query.alias_refcount.values()) > 1


def _plan(rows: QuerySet[Any]) -> dict[str, Any]:
    """What PostgreSQL expects of the query; of one that asks for nothing, Django asks it nothing."""
    explained = rows.explain(format="json")
    return json.loads(explained)[0]["Plan"] if explained else NOTHING


def is_exact(number: int) -> bool:
    """Whether a result of `count` can be relied upon on every database."""
    return number <= EXACT_UP_TO
