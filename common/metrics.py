"""What is counted while the system works, for Prometheus. Names of people, ids and times are in none of it.

With several processes each counts for itself, in files of PROMETHEUS_MULTIPROC_DIR (gunicorn.conf.py makes one), and
whoever is asked adds them up.
"""

from contextlib import suppress
from functools import partial

from django.db import transaction
from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("clinic_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "clinic_request_seconds",
    "How long an answer took; the route `slots` is the list of free times.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
CHANGES = Counter("clinic_appointment_changes_total", "Committed changes of appointments.", ["action", "status"])
REFUSALS = Counter("clinic_refusals_total", "What the API, pages and the admin refused, by code.", ["code"])
LOST_RACES = Counter("clinic_lost_races_total", "Transactions that were tried again: see common/transactions.py.")
POOL = Gauge(
    "clinic_database_pool", "Connections to PostgreSQL, of all processes.", ["state"], multiprocess_mode="livesum"
)


def in_nobodys_way() -> suppress:
    """Where the disk is full, the files of counts cannot grow: then something goes uncounted, and nothing else."""
    return suppress(OSError)


def count_change(action: str, status: str, many: int = 1) -> None:
    """Count changes of appointments once they are committed."""
    transaction.on_commit(partial(_count_change, action, status, many), robust=True)


def _count_change(action: str, status: str, many: int) -> None:
    with in_nobodys_way():
        CHANGES.labels(action, status).inc(many)


def count_refusal(code: str) -> None:
    with in_nobodys_way():
        REFUSALS.labels(code).inc()
