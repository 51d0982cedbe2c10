"""An index of the largest table is built while people book: `python -m benchmarks.measures.migration add|remove`."""

import subprocess
import sys
import time
from collections.abc import Iterator
from threading import Thread

from benchmarks.arena import Clinic, Result
from benchmarks.client import load
from benchmarks.measures.throughput import BOOKERS
from benchmarks.servers import ROOT, environment

# What a request may take in all when the database has no lock for it: see docs/operation.md.
LIMIT = 3.0


def indexing(clinic: Clinic, database_url: str) -> Iterator[Result]:
    """The longest booking while `AddIndexWhileServing` goes over every visit, and whether any was refused."""
    building = Thread(target=_migrate, args=(database_url, "add"))
    book = clinic.bookings()
    began = time.perf_counter()
    building.start()
    tally = load(clinic.target, lambda: book() if building.is_alive() else None, clients=BOOKERS, seconds=600)
    building.join()
    took = time.perf_counter() - began
    _migrate(database_url, "remove")
    longest, refused = max(tally.latencies), len(tally.latencies) - tally.statuses[201]
    yield Result(
        "The longest booking while an index of all visits is built",
        f"{longest:.2f} s",
        f"a limit of {LIMIT:.0f} s",
        longest / LIMIT,
        1.0,
        higher=False,
        note=f"{took:.0f} s to build; {len(tally.latencies):,} bookings meanwhile, p99 "
        f"{tally.quantile(0.99) * 1000:.0f} ms, {refused} refused or failed.",
    )


def _migrate(database_url: str, what: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "benchmarks.measures.migration", what],
        cwd=ROOT,
        env=environment(database_url, DJANGO_SETTINGS_MODULE="core.settings"),
        check=True,
    )


def main(what: str) -> None:
    import django

    django.setup()
    from django.db import connection, models
    from django.db.migrations.executor import MigrationExecutor

    from common.operations import AddIndexWhileServing
    from common.postgres import without_time_limits

    operation = AddIndexWhileServing("appointment", models.Index("location", "start", "end", name="bench_index"))
    before = MigrationExecutor(connection).loader.project_state()
    after = before.clone()
    operation.state_forwards("appointments", after)
    with without_time_limits(connection), connection.schema_editor(atomic=False) as editor:
        if what == "add":
            operation.database_forwards("appointments", editor, before, after)
        else:
            operation.database_backwards("appointments", editor, after, before)


if __name__ == "__main__":
    main(*sys.argv[1:])
